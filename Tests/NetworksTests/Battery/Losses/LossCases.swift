import FoundationEssentials
import Kernels
import Specs
import Testing

@testable import Networks

/// A loss as the config names it.
struct LossCase: Sendable, CustomTestStringConvertible {
  var kind: String
  var example: String
  var testDescription: String { "\(kind) \(example)" }

  static let all = LossRegistry.standard.all.flatMap { type in
    type.examples.map { LossCase(kind: type.kind, example: $0) }
  }

  func spec() throws -> any LossSpec {
    let value = try ConfigValue.parse(Data(example.utf8), file: "example")
    guard case .object(let members) = value else { throw ConfigError("not an object") }
    return try FieldReader.readVariant(
      .object([.init("type", .string(kind))] + members), LossRegistry.standard, path: "loss"
    ).0
  }

  /// A loss that was made, with rows of targets that it takes.
  struct Use {
    var context: LossContext
    var battery: LossBattery
    var text: String
  }

  /// What a loss is made for: classes with one output or one each, values with one to three outputs each; in a vector,
  /// and in more.
  private static let contexts: [LossContext] =
    [2, 3, 21].flatMap { classes in
      [1, classes].map { LossContext(output: Port([$0]), classes: classes, targetWidth: 0, path: "loss") }
    }
    + [1, 3, 19].flatMap { width in
      (1...3).map { LossContext(output: Port([$0 * width]), classes: 0, targetWidth: width, path: "loss") }
    }

  /// What a loss takes: each context in which it can be made; three values with up to three kinds of targets that it
  /// allows, others with one.
  static func uses(_ spec: any LossSpec) -> [Use] {
    contexts.flatMap { context -> [Use] in
      guard let loss = try? spec.makeLoss(context) else { return [] }
      let kinds = LossTargetKind.allCases.filter { ($0 == .classes) == (context.classes > 0) }
      let allowed = kinds.lazy.compactMap { kind -> Use? in
        // With one output to a row, more rows than any block that is computed at a time.
        let rows = kind.rows(count: context.output.count == 1 ? 300 : 100, context)
        guard LossBench(loss, rows).problem == nil else { return nil }
        let targets = context.classes > 0 ? "\(context.classes) classes" : "\(context.targetWidth) values"
        return Use(
          context: context, battery: LossBattery(loss: loss, rows: rows),
          text: "\(context.output) outputs, \(targets), \(kind)")
      }
      return Array(allowed.prefix(context.targetWidth == 3 ? 3 : 1))
    }
  }

  /// What the battery finds in everything that a loss takes.
  static func findings(_ spec: any LossSpec) -> [Finding] {
    let uses = uses(spec)
    if uses.isEmpty { return [Finding(kind: .unusable, text: "takes none of the targets")] }
    return uses.flatMap { use in
      (use.battery.findings() + use.battery.extremes()).map { Finding(kind: $0.kind, text: "\(use.text), \($0.text)") }
    }
  }
}

/// Targets of one kind, with outputs at ordinary places and where losses have kinks.
enum LossTargetKind: CaseIterable {
  case classes, numbers, counts, positive, probabilities, sides, shares

  /// Outputs are multiples of 2⁻⁶, so that moving them by powers of two rounds nothing.
  func rows(count: Int, _ context: LossContext) -> [LossRow] {
    let outputs = context.output.count, width = context.targetWidth
    let normal = LayerBench.random(count * (outputs + width), 90).map { ($0 * 96).rounded() / 64 }
    let corners: [Float] = [0, 1, -1, 0.5, -0.5, 2]
    return (0..<count).map { row in
      let numbers = normal[row * (outputs + width)..<(row + 1) * (outputs + width)]
      var z = Array(numbers.prefix(outputs)), y = Array(numbers.suffix(width))
      // Corners of margins, and outputs that tie.
      if row % 5 == 1 { z = z.indices.map { corners[(row / 5 + $0) % corners.count] } }
      if row % 25 == 2 { z = z.map { _ in corners[row / 25 % corners.count] } }
      switch self {
      case .classes: return LossRow(outputs: z, label: Int32(row * 7 % context.classes))
      case .numbers: if row % 6 == 3 { for column in 0..<min(width, outputs) { z[column] = y[column] } }
      case .counts: y = y.map { (2 * abs($0)).rounded(.down) }
      case .positive: y = y.map { abs($0) + 0.125 }
      case .probabilities: y = y.map { min(1, max(0, 0.5 + $0 / 4)) }
      case .sides: y = y.map { $0 < 0 ? -1 : 1 }
      case .shares:
        let total = y.reduce(0) { $0 + abs($1) }
        y = total > 0 ? y.map { abs($0) / total } : y.indices.map { $0 == 0 ? 1 : 0 }
      }
      return LossRow(outputs: z, values: y)
    }
  }
}
