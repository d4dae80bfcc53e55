import Collectives
import Datasets
import Foundation
import Metrics
import Networks
import Optimization
import Specs
import TestSupport
import Testing

@testable import Training

/// The lists of kinds in the articles and in configs/losses/README.md are those of the registries: none is missing,
/// none has gone.
@Suite struct DocumentedKindsTests {
  /// A list of an article: where it begins and ends, and the kinds that it must have.
  struct List: Sendable, CustomTestStringConvertible {
    var name: String
    /// The name of the article.
    var article: String
    var begin: String
    var end: String
    var kinds: [String]
    /// The list names other things too.
    var hasMore = false
    var testDescription: String { name }

    func text() throws -> String { try DocumentedKindsTests.text("\(Documents.catalog)/\(article).md") }
  }

  static let lists = [
    List(
      name: "formats", article: "Data", begin: "Formats: ", end: ". `validation`",
      kinds: DataFormatRegistry.standard.kinds),
    List(
      name: "losses", article: "Losses", begin: "| targets | losses |\n|---|---|\n", end: "\n| yours |",
      kinds: LossRegistry.standard.kinds.filter { !["expression", "sum"].contains($0) }),
    List(
      name: "one's own losses", article: "Losses", begin: "\n| yours |", end: "|\n", kinds: ["expression", "sum"],
      hasMore: true),
    List(
      name: "layers", article: "Models", begin: "Layers: ", end: "; and every activation",
      kinds: LayerRegistry.standard.kinds.filter { !ActivationRegistry.standard.kinds.contains($0) }),
    List(
      name: "activations", article: "Models", begin: "Activations: ", end: ". They stand",
      kinds: ActivationRegistry.standard.kinds),
    List(
      name: "initializers", article: "Models", begin: "Initializers: ", end: ".\n",
      kinds: InitializerRegistry.standard.kinds),
    List(
      name: "optimizers", article: "Optimizers", begin: "## Kinds\n\n", end: ". Settings",
      kinds: OptimizerRegistry.standard.kinds),
    List(
      name: "schedules", article: "Optimizers", begin: "| `optimizer.schedule` | ", end: "; each with",
      kinds: ScheduleRegistry.standard.kinds),
    List(
      name: "augmentations", article: "Optimizers", begin: "| `data.augmentation` | ", end: ": random changes",
      kinds: TransformRegistry.standard.kinds),
    List(
      name: "metrics", article: "Metrics", begin: "\nMetrics: ", end: ". They are exact",
      kinds: MetricRegistry.standard.kinds),
    List(
      name: "allreduces", article: "Parallelism", begin: "| `allreduce` | ", end: "|\n",
      kinds: AllReduceRegistry.standard.all.map { $0.kind }, hasMore: true),
    List(
      name: "exit codes", article: "ExitCodes", begin: "| code | meaning |\n|---|---|\n", end: "\n\n",
      kinds: ExitCode.allCases.map { "\($0.rawValue)" }),
  ]

  static func text(_ path: String) throws -> String {
    try String(contentsOfFile: Command.root + "/" + path, encoding: .utf8)
  }

  /// What is set as code in a text, without what stands in parentheses behind it: kinds, without their keys.
  static func names(in text: String) -> Set<String> {
    let plain = text.replacingOccurrences(of: #"\([^()]*\)"#, with: "", options: .regularExpression)
    return Set(
      plain.components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element))
  }

  static func section(_ list: List, of text: String) -> String? {
    guard let begin = text.range(of: list.begin),
      let end = text[begin.upperBound...].range(of: list.end)
    else { return nil }
    return String(text[begin.upperBound..<end.lowerBound])
  }

  /// What a list lacks, and what it has too much.
  static func differences(_ list: List, in text: String) -> [String] {
    guard let section = section(list, of: text) else { return ["there is no list of \(list.name)"] }
    let found = names(in: section), kinds = Set(list.kinds)
    return kinds.subtracting(found).sorted().map { "\($0) is missing" }
      + (list.hasMore ? [] : found.subtracting(kinds).sorted().map { "\($0) is no kind" })
  }

  @Test("the articles' lists", arguments: lists)
  func articles(_ list: List) throws {
    #expect(!list.kinds.isEmpty)
    let differences = Self.differences(list, in: try list.text())
    #expect(differences.isEmpty, "\(list.article).md, \(list.name): \(differences)")
  }

  @Test("negative control: a kind that the article does not know, and one that the registry does not", arguments: lists)
  func control(_ list: List) throws {
    let text = try list.text()
    var more = list
    more.kinds.append("brand_new")
    #expect(Self.differences(more, in: text) == ["brand_new is missing"])
    guard !list.hasMore else { return }
    var fewer = list
    let last = fewer.kinds.removeLast()
    #expect(Self.differences(fewer, in: text) == ["\(last) is no kind"])
  }

  @Test("every loss stands in the table of examples, and every metric of scikit-learn's table is one")
  func tables() throws {
    let examples = Self.names(in: try Self.text("configs/losses/README.md"))
    for kind in LossRegistry.standard.kinds { #expect(examples.contains(kind), "configs/losses/README.md: \(kind)") }
    let table = List(
      name: "scikit-learn", article: "Metrics", begin: "| ptrain | scikit-learn |\n|---|---|\n", end: "\n\n", kinds: [])
    let rows = try #require(Self.section(table, of: try table.text())).split(separator: "\n")
    let named = Set(rows.flatMap { Self.names(in: String($0.split(separator: "|")[0])) })
    #expect(named.isSubset(of: MetricRegistry.standard.kinds), "\(named.subtracting(MetricRegistry.standard.kinds))")
    let others = Set(MetricRegistry.standard.kinds).subtracting(named)
    let rest = List(
      name: "others", article: "Metrics", begin: "but of equal outputs", end: " have no counterpart there", kinds: [])
    let explained = Self.names(in: try #require(Self.section(rest, of: try rest.text())))
    // `specificity` stands in words beside recall.
    #expect(others.subtracting(explained).subtracting(["specificity"]).isEmpty, "\(others.subtracting(explained))")
  }

  @Test("the article of all keys has a row for every kind of every registry, and every way to add gradients")
  func reference() throws {
    let article = try Self.text("\(Documents.catalog)/Keys.md")
    let registries: [[String]] = [
      DataFormatRegistry.standard.kinds, LossRegistry.standard.kinds, LayerRegistry.standard.kinds,
      ActivationRegistry.standard.kinds, InitializerRegistry.standard.kinds, OptimizerRegistry.standard.kinds,
      ScheduleRegistry.standard.kinds, TransformRegistry.standard.kinds, MetricRegistry.standard.kinds,
    ]
    func isThere(_ kind: String) -> Bool {
      article.contains("\n| [`\(kind)`](#") || article.contains("\n| `\(kind)` | ")
    }
    for kind in registries.joined() { #expect(isThere(kind), "\(kind)") }
    #expect(!isThere("brand_new"))
    let names = AllReduceRegistry.standard.names.joined(separator: ", ")
    #expect(article.contains("how gradients are added over ranks: \(names)"))
  }
}
