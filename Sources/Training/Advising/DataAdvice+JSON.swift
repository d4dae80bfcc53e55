internal import Advice
internal import Datasets
package import Specs

extension DataAdvice {
  /// What `ptrain advise --json` prints: numbers with all their digits, keys in one order.
  package var json: ConfigValue {
    .object(
      .record([
        "file": file, "targets": targets, "rows": rows, "features": features,
        "reading": advice.reading.json, "functional": functional,
        "fit": fit, "facts": ConfigValue.array(advice.facts.map(\.json)),
        "losses": ConfigValue.array(losses.map(\.json)), "ruled_out": ConfigValue.array(advice.ruledOut.map(\.json)),
        "warnings": advice.warnings, "notes": notes, "config_loss": stated.map(\.json) ?? ConfigValue.null,
      ]))
  }

  private var functional: ConfigValue {
    .record(["kind": advice.functional.text, "reason": advice.functionalReason])
  }

  private var fit: ConfigValue {
    advice.fit.map { .record(["words": $0, "features": fittedFeatures]) } ?? .null
  }
}

extension ProblemReading {
  fileprivate var json: ConfigValue {
    .record([
      "kind": kind.rawValue, "reason": reason, "given": isGiven, "alternatives": alternatives.map(\.rawValue),
      "classes": classes, "columns": columns,
    ])
  }
}

extension Fact {
  fileprivate var json: ConfigValue {
    .record([
      "key": key, "values": ConfigValue.object(values.map { .init($0.name, $0.number.json) }), "words": words,
      "effect": effect, "p_value": pValue,
    ])
  }
}

extension AdvisedLoss {
  fileprivate var json: ConfigValue {
    .record([
      "type": candidate.kind, "group": candidate.group.rawValue, "score": candidate.score,
      "parameters": ConfigValue.object(candidate.parameters), "formula": candidate.formula,
      "reasons": candidate.reasons, "cost": candidate.cost, "metrics": candidate.metrics,
      "normalize_targets": candidate.targetTransform.rawValue, "units": units, "warnings": candidate.warnings,
      "fragment": candidate.fragment,
    ])
  }
}

extension RuledOut {
  fileprivate var json: ConfigValue {
    .record(["type": kind, "sort": sort.rawValue, "reason": reason, "place": place])
  }
}

extension StatedLoss {
  fileprivate var json: ConfigValue {
    .record(["type": kind, "rank": rank, "problem": problem])
  }
}
