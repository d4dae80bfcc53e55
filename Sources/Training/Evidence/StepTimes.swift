package import Specs

/// Where the time of the steps went, in seconds of one rank.
package struct StepTimes: Sendable, Equatable {
  /// Fetching samples, on the first thread.
  package var data = 0.0
  /// Forward, loss, backward and weight gradients; with overlap also the exchange's work in between.
  package var compute = 0.0
  /// Until the slowest rank had computed as well.
  package var wait = 0.0
  /// The rest of the exchange after that.
  package var communicate = 0.0
  package var update = 0.0

  /// What a step's exchange costs beyond computing.
  package var exposed: Double { wait + communicate }

  package static func - (later: Self, earlier: Self) -> Self {
    Self(
      data: later.data - earlier.data, compute: later.compute - earlier.compute, wait: later.wait - earlier.wait,
      communicate: later.communicate - earlier.communicate, update: later.update - earlier.update)
  }
}

extension StepTimes: ResultEncodable, ResultDecodable {
  /// The phases as members of a record, perhaps beside others.
  package var members: [ConfigValue.Member] {
    .record(["compute": compute, "wait": wait, "communicate": communicate, "update": update, "data": data])
  }

  package var json: ConfigValue { .object(members) }

  package init?(json: ConfigValue) {
    guard let compute: Double = json.field("compute"), let wait: Double = json.field("wait"),
      let communicate: Double = json.field("communicate"), let update: Double = json.field("update"),
      let data: Double = json.field("data")
    else { return nil }
    self.init(data: data, compute: compute, wait: wait, communicate: communicate, update: update)
  }
}
