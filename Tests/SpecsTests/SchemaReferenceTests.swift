import Foundation
import Testing

@testable import Specs

/// `ptrain schema --markdown` and what `ptrain help` finds: all keys as an article, names with the places where they
/// stand.
@Suite struct SchemaReferenceTests {
  private static func key(
    _ key: String, _ schema: Schema, default standard: ConfigValue? = nil, isRequired: Bool = false, _ summary: String
  ) -> Schema.Property {
    .init(key: key, schema: schema, defaultValue: standard, isRequired: isRequired, summary: summary)
  }

  private static func kind(_ name: String, _ summary: String, _ keys: [Schema.Property]) -> Schema {
    .object([key("type", .fixed(name), isRequired: true, summary)] + keys)
  }

  private static let filled = key("filled", .boolean, default: .boolean(false), "whether |it| is *so*")
  private static let disk = kind(
    "disk", "round", [key("size", .number(.positive), default: .integer(1), "how large"), filled])
  private static let star = kind(
    "star", "pointed",
    [
      key("points", .integer(3...9), isRequired: true, "its points"),
      key("size", .number(.positive), default: .integer(2), "how large"), filled,
    ])
  private static let dot = kind("dot", "small", [filled])
  private static let figure = Schema.anyOf([.names(["disk", "dot"]), disk, star, dot])
  private static let root = [
    key("figure", figure, isRequired: true, "a figure"), key("more", .list(figure), default: .array([]), "others"),
    key("part", .object([key("n", .integer(0...Int.max), "how many")]), default: .object([]), "a part"),
    key("each", .map(.object([key("side", .names(["left", "right"]), "where")])), "of each"),
    key("long", .text, (["first words:"] + Array(repeating: "word", count: 40)).joined(separator: " ")),
  ]

  @Test("a table for each object and kind; what stands twice is described once and linked")
  func markdown() {
    let text = SchemaReference(root: Self.root).markdown
    for part in [
      "\n| `figure` | [kind](#figure) | required | a figure |\n| `more` | [list of kind](#figure) | `[]` | others |\n",
      "\n| `each` | [object](#each) | none | of each |\n| `long` | text | none | first words: word",
      "\n## `figure`\n\nA figure (kind; required).\n\n| `type` | meaning |\n|---|---|\n| [`disk`](#figuredisk) | round |\n",
      "| [`star`](#figurestar) | pointed |\n| `dot` | small |\n",
      "\n### `figure.star`\n\n| key | value | default | meaning |\n|---|---|---|---|\n"
        + "| `points` | whole number 3 to 9 | required | its points |\n| `size` | number > 0 | `2` | how large |\n",
      "\n### Keys of every `figure`\n\n| key | value | default | meaning |\n|---|---|---|---|\n"
        + "| `filled` | true or false | `false` | whether \\|it\\| is \\*so\\* |\n",
      "\n## `each`\n\nOf each (object; may be left out).\n\nKeys of each `each.NAME`:\n",
      "| `side` | `\"left\"` or `\"right\"` | none | where |", "\n\n- `long`: first words: word word",
    ] {
      #expect(text.contains(part), "\(part) is not in \(text)")
    }
    #expect(text.components(separatedBy: "## `").count == 6 && !text.contains("## `more`"), "\(text)")
    #expect(
      text.split(separator: "\n").allSatisfy { $0.hasPrefix("|") || $0.count <= 120 } && text.hasSuffix("\n")
        && !text.contains("\n\n\n"))
  }

  @Test("a key that kinds have with other defaults is said by kind")
  func byKind() throws {
    let place = SchemaPlace(root: Self.root)
    #expect(
      SchemaListing(try place.following("figure.size")).text
        == "figure.size: how large (number > 0; by kind)\n\n  disk: number > 0, default 1\n  star: number > 0, default 2\n"
    )
    #expect(
      SchemaListing(try place.following("figure.filled")).text
        == "figure.filled: whether |it| is *so* (true or false; default false)\n")
    #expect(SchemaListing(try place.following("figure.star.size")).text.contains("default 2"))
  }

  @Test("names are found with the places where they stand, nearly right ones too")
  func index() {
    let index = SchemaIndex(root: Self.root)
    let cases: [(String, [String])] = [
      ("disk", ["figure.disk", "more.disk"]), ("size", ["figure.size", "more.size"]), ("n", ["part.n"]),
      ("side", ["each.NAME.side"]), ("left", ["each.NAME.side"]), ("figure", ["figure"]),
      ("poinst", ["figure.points", "more.points"]),
      ("nothing", []),
    ]
    for (name, places) in cases { #expect(index.places(of: name) == places, "\(name): \(index.places(of: name))") }
    for place in index.places(of: "size") + index.places(of: "disk") + index.places(of: "side") {
      #expect(throws: Never.self) { try SchemaPlace(root: Self.root).following(place) }
    }
  }
}
