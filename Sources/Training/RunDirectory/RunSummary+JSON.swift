internal import Metrics
package import Specs

extension RunSummary: ResultEncodable, ResultDecodable {
  package var json: ConfigValue {
    .record([
      "name": name, "weights_sha256": weightsHash, "arithmetic": arithmetic.orNull, "invariant": isInvariant,
      "steps": steps, "epochs": epochs,
      "metrics": Part.json(metrics),
      "constant": constant.map { ConfigValue.record(["prediction": $0.prediction, "metrics": Part.json($0.metrics)]) },
      "smearing": smearing.isEmpty
        ? nil : ConfigValue.object(smearing.map { .init($0.target, .number($0.factor)) }),
      "decision_threshold": decisionThreshold.orNull, "stopped_early": isStoppedEarly,
      "data_fingerprint": dataFingerprint, "best_step": bestStep.orNull,
      "undefined": bestStepReason.map { ConfigValue.record(["best_step": $0]) }, "skipped_steps": skippedSteps,
      "samples_per_second": samplesPerSecond, "ranks": ranks, "threads_per_rank": threadsPerRank, "shards": shards,
      "bits": bits, "isa": instructionSet, "provenance": provenance, "parameters": parameters,
      "peak_rss_mb": peakMegabytes, "seconds": seconds, "seconds_by_rank": secondsByRank, "allreduce": allreduce,
      "bytes_sent_per_step": bytesSentPerStep, "bytes_lower_bound": bytesLowerBound,
    ])
  }

  package init?(json: ConfigValue) {
    guard case .object(let members) = json, let hash = json["weights_sha256"] else { return nil }
    self.init(
      name: json.field("name"),
      // What is no text equals no model's hash, and is shown as it stands there.
      weightsHash: String(json: hash) ?? hash.compactText, arithmetic: ArithmeticNumber.stated(in: members),
      isInvariant: json.field("invariant"), steps: json.field("steps"), epochs: json.field("epochs"),
      metrics: Part.list(json["metrics"]),
      constant: json["constant"].flatMap { constant in
        constant.field("prediction").map { Constant(prediction: $0, metrics: Part.list(constant["metrics"])) }
      },
      smearing: SmearingFactor.list(json["smearing"]), decisionThreshold: json.field("decision_threshold"),
      isStoppedEarly: json.field("stopped_early"),
      dataFingerprint: json.field("data_fingerprint"), bestStep: json.field("best_step"),
      bestStepReason: json["undefined"]?.field("best_step"), skippedSteps: json.field("skipped_steps"),
      samplesPerSecond: json.field("samples_per_second"), ranks: json.field("ranks"),
      threadsPerRank: json.field("threads_per_rank"), shards: json.field("shards"),
      bits: json.field("bits"), instructionSet: json.field("isa"), provenance: json.field("provenance"),
      parameters: json.field("parameters"), peakMegabytes: json.field("peak_rss_mb"), seconds: json.field("seconds"),
      secondsByRank: json.field("seconds_by_rank"), allreduce: json.field("allreduce"),
      bytesSentPerStep: json.field("bytes_sent_per_step"), bytesLowerBound: json.field("bytes_lower_bound"))
  }
}

extension RunSummary.Part {
  fileprivate static func json(_ parts: [Self]) -> ConfigValue { .object(parts.map { .init($0.name, $0.report.json) }) }

  fileprivate static func list(_ json: ConfigValue?) -> [Self] {
    guard case .object(let found)? = json else { return [] }
    return found.compactMap { part in MetricReport(json: part.value).map { Self(name: part.key, report: $0) } }
  }
}

extension RunSummary.SmearingFactor {
  fileprivate static func list(_ json: ConfigValue?) -> [Self] {
    guard case .object(let members)? = json else { return [] }
    return members.compactMap { member in Double(json: member.value).map { Self(target: member.key, factor: $0) } }
  }
}

extension RunSummary.Seconds: ResultEncodable, ResultDecodable {
  package var json: ConfigValue { .object(steps.members + .record(["checkpoint": checkpoint, "total": total])) }

  package init?(json: ConfigValue) {
    guard let steps = StepTimes(json: json), let checkpoint: Double = json.field("checkpoint"),
      let total: Double = json.field("total")
    else { return nil }
    self.init(steps: steps, checkpoint: checkpoint, total: total)
  }
}
