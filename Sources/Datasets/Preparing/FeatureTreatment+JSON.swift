internal import Kernels
package import Specs

extension FeatureTreatment {
  /// The treatment as JSON, as descriptions of data hold it.
  package var configValue: ConfigValue {
    var members: [ConfigValue.Member] = [
      .init("features", .array([.integer(features.lowerBound), .integer(features.upperBound)]))
    ]
    if let fill { members.append(.init("fill", .number(fill))) }
    if let fillCode { members.append(.init("fill_code", .integer(fillCode))) }
    switch function {
    case .identity: break
    case .log: members.append(.init("function", .string(Name.log.rawValue)))
    case .log1p: members.append(.init("function", .string(Name.log1p.rawValue)))
    case .ranks(let map):
      members.append(.init("function", .string(Name.ranks.rawValue)))
      members.append(.init("knots", .array(map.knots.map { .number($0) })))
    }
    if isClipped { members.append(.init("clip", .boolean(true))) }
    return .object(members)
  }

  private enum Name: String, CaseIterable { case identity, log, log1p, ranks }

  /// Reads what ``configValue`` has written.
  package init(from fields: FieldReader) throws(ConfigError) {
    let limit = 1 << 40
    let ends = try fields.list("features", of: .integer(0...limit), atLeast: 2, "the first, and the one behind them") {
      value, path throws(ConfigError) in (try FieldReader.integer(value, in: 0...limit, path: path), value)
    }
    guard ends.count == 2, ends[0] < ends[1] else {
      throw fields.error("features", "expected two ascending whole numbers")
    }
    features = ends[0]..<ends[1]
    fill = try fields.optionalNumber("fill", in: .any, "what stands for a missing number")
    fillCode = try fields.optionalInteger("fill_code", in: 0...limit, "what stands for a missing category")
    let name = try fields.option("function", default: Name.identity, "what is taken of a number")
    let knots = try fields.numbers("knots", default: [], "of ranks")
    switch name {
    case .identity: function = .identity
    case .log: function = .log
    case .log1p: function = .log1p
    case .ranks:
      guard !knots.isEmpty, knots.allSatisfy(\.isFinite), zip(knots, knots.dropFirst()).allSatisfy({ $0 <= $1 }) else {
        throw fields.error("knots", "expected ascending finite numbers")
      }
      function = .ranks(RankMap(knots: knots))
    }
    isClipped = try fields.boolean("clip", default: false, "whether it is kept within ±3")
    guard fill?.isFinite != false else { throw fields.error("fill", "expected a finite number") }
    if let fill, let bound = function.bound, fill <= bound {
      throw fields.error("fill", "expected a number above \(Int(bound))")
    }
  }
}

extension DataDescription {
  /// Reads the treatments of a description, in the order of their features; ``problemWithTreatments`` says whether they
  /// fit.
  static func treatments(_ fields: FieldReader) throws(ConfigError) -> [FeatureTreatment] {
    try fields.list("treatments", of: .anything, default: [], "what becomes of features before they are scaled") {
      value, path throws(ConfigError) in
      let treatment = try FieldReader.readObject(value, path: path) { fields throws(ConfigError) in
        try FeatureTreatment(from: fields)
      }.0
      return (treatment, value)
    }
  }

  /// What keeps ``treatments`` from being those of these features, in words; nil: nothing.
  ///
  /// It takes as long as there are treatments and columns, whatever features they claim to have.
  var problemWithTreatments: String? {
    let categories = categoricalFeatures.map { (features: $0, isCategory: true) }
    let fixed = (categories + sparedFeatures.map { ($0, false) }).sorted {
      $0.features.lowerBound < $1.features.lowerBound
    }
    var end = 0, next = 0
    for treatment in treatments {
      guard treatment.features.lowerBound >= end else { return "are not in the order of the features" }
      end = treatment.features.upperBound
      guard end <= featureCount else { return "name features beyond the \(featureCount) that there are" }
      while next < fixed.count, fixed[next].features.upperBound <= treatment.features.lowerBound { next += 1 }
      let own = next < fixed.count && fixed[next].features.lowerBound < end ? fixed[next] : nil
      if let code = treatment.fillCode {
        guard let own, own.isCategory, own.features == treatment.features, code < own.features.count,
          treatment.fill == nil, treatment.isFillAlone
        else { return "fill a category that is none" }
      } else if own != nil {
        return "take a function of what has none"
      }
    }
    if !treatments.isEmpty, normalization.formula == .float32 { return "do not go with the formula of earlier builds" }
    return fillsAll ? nil : "do not fill every feature that may be missing"
  }

  /// Whether a number stands for each that may be missing; else NaN would reach a network without a word.
  private var fillsAll: Bool {
    let filled = (treatments.filter { $0.fill != nil }.map(\.features) + integerFeatures).sorted {
      $0.lowerBound < $1.lowerBound
    }
    var next = 0
    for range in filledFeatures {
      var first = range.lowerBound
      while first < range.upperBound {
        while next < filled.count, filled[next].upperBound <= first { next += 1 }
        guard next < filled.count, filled[next].lowerBound <= first else { return false }
        first = filled[next].upperBound
      }
    }
    return true
  }
}
