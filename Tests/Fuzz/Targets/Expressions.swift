internal import Networks
internal import Specs

extension FuzzTarget {
  /// The formula of the loss `expression`.
  static func expression(_ folder: ScratchFolder) -> FuzzTarget {
    let valid = [
      "(p - y)^2", "where(y > p, 3*(y-p), y-p)^2", "where(abs(p-y) <= delta, 0.5*(p-y)^2, delta*(abs(p-y) - delta/2))",
      "softplus(p) - y*p", "log(max(p, 1e-6)) * -y + w*relu(p)",
      "clamp(p, -1, 1)^2 + sqrt(p*p + 1) + erf(p) - tanh(p/3)",
      "where(not (p < y and p > 0) or p == 1, min(p, y, w), max(p, 2^-3^2)) + expm1(p) - log1p(square(p)) + pi",
      "pow(p, 3) / (1 + exp(-p)) + sigmoid(p) + log2(p*p+1) + log10(p^2 + 2) - sign(p) * abs(y)",
    ]
    let refused = [
      "", " ", "p +", "y", "1/0", "p > y", "q", "p p", "p)", "(p", "abs(p", "min(p)", "p ** 2", "p² ", "1e999 * p",
      "p < y < w", "p\n\n@", "not p", "where(p, 1, 2)", "p + \u{2028}", String(repeating: "(", count: 4000) + "p",
      String(repeating: "-", count: 4000) + "p", String(repeating: "p+", count: 3000) + "p",
      String(repeating: "p^", count: 2000) + "p", String(repeating: "not ", count: 1000) + "p", "p + \u{0}",
    ]
    return FuzzTarget(
      name: "expression", valid: valid.map { Array($0.utf8) }, refused: refused.map { Array($0.utf8) },
      starts: ["p", String(repeating: "p-", count: 300) + "p"].map { Array($0.utf8) }, codes: [.config]
    ) { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      let constants = text.contains("delta") ? [ConfigValue.Member("delta", .number(1.5))] : []
      let value = ConfigValue.object([
        .init("type", .string("expression")), .init("per_sample", .string(text)),
        .init("constants", .object(constants)),
      ])
      let loss = try FieldReader.readVariant(value, LossRegistry.standard, path: "loss").0
      _ = loss.explanation
      _ = try loss.makeLoss(LossContext(output: Port([3]), classes: 0, targetWidth: 3, path: "loss"))
    }
  }
}
