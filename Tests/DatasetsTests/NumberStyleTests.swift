import Specs
import Testing

@testable import Datasets

/// Numbers that are written in another way than programs do.
@Suite struct NumberStyleTests {
  private static let german = NumberStyle(decimal: ",", thousands: ".", strip: ["€"])
  private static let english = NumberStyle(thousands: ",", strip: ["$", "%", "USD"])
  private static let french = NumberStyle(decimal: ",", thousands: " ")
  private static let swiss = NumberStyle(thousands: "'")

  @Test("numbers in their style")
  func numbers() {
    let cases: [(NumberStyle, String, Double)] = [
      (Self.german, "1.234,56", 1234.56), (Self.german, "1234,56", 1234.56), (Self.german, "-1.234.567 €", -1_234_567),
      (Self.german, "€ -0,5", -0.5), (Self.german, "-€0,5", -0.5), (Self.german, "12", 12), (Self.german, ",5", 0.5),
      (Self.german, "1,5e3", 1500), (Self.german, "+7,", 7), (Self.english, "1,234.5", 1234.5), (Self.english, "$5", 5),
      (Self.english, "-$1,000", -1000), (Self.english, "5 %", 5), (Self.english, "12.5%", 12.5),
      (Self.english, "USD 12", 12), (Self.english, "1e-3", 1e-3), (Self.french, "1 234,5", 1234.5),
      (Self.french, "1\u{a0}234\u{202f}567", 1_234_567), (Self.swiss, "1’234'567.25", 1_234_567.25),
      (Self.german, "\u{2212}1,5", -1.5), (Self.german, "€ \u{2212}0,5", -0.5),
    ]
    for (style, text, number) in cases { #expect(style.number(text) == number, "\(text)") }
  }

  @Test("no number is guessed: separators stand between groups of three digits only")
  func refused() {
    let cases: [(NumberStyle, String)] = [
      (Self.german, "1.5"), (Self.german, "1.23"), (Self.german, "12.34,5"), (Self.german, "1.2345"),
      (Self.german, "1,2,3"), (Self.german, "1,234.5"), (Self.german, ""), (Self.german, "€"), (Self.german, "-"),
      (Self.german, "$5"), (Self.german, "--5"), (Self.german, "-€-5"), (Self.german, "1.234."), (Self.english, "1,5"),
      (Self.english, "12,34"), (Self.english, ",123"), (Self.english, "1234,567"), (Self.english, "5‰"),
      (Self.english, "0x10"), (Self.english, "nan"), (Self.english, "5 5"), (Self.swiss, "1 234"),
      (Self.german, "1e1,5"), (Self.english, "0,567"), (Self.german, "(5)"), (Self.german, "–5"),
      (Self.german, "-\u{2212}5"),
    ]
    for (style, text) in cases { #expect(style.number(text) == nil, "\(text)") }
  }

  @Test("the style that a fragment gives reads the cells")
  func guesses() {
    let cases: [([String], NumberStyle?)] = [
      (["1,5"], NumberStyle(decimal: ",")), (["1.234,56"], NumberStyle(decimal: ",", thousands: ".")),
      (["1,234.56"], NumberStyle(thousands: ",")), (["1.234.567"], NumberStyle(decimal: ",", thousands: ".")),
      (["1 234,5"], NumberStyle(decimal: ",", thousands: " ")), (["1'234"], NumberStyle(thousands: "'")),
      (["€5"], NumberStyle(strip: ["€"])), (["5 %"], NumberStyle(strip: ["%"])),
      (["-$1,200.50"], NumberStyle(thousands: ",", strip: ["$"])), (["USD 12"], NumberStyle(strip: ["USD"])),
      (["$5", "5 $"], NumberStyle(strip: ["$"])),
      (["1,5", "1.234,5"], NumberStyle(decimal: ",", thousands: ".")),
      // A comma before three digits may be either.
      (["1,234"], nil), (["(12)"], nil), (["\u{2212}5"], nil), (["20 sq ft"], nil), (["5 kg", "3 g"], nil),
      (["$5", "5 €"], nil), (["3k", "20"], nil), (["5 kg", "3 kg"], NumberStyle(strip: ["kg"])), (["abc"], nil),
      ([], nil),
    ]
    for (cells, style) in cases { #expect(NumberStyle.guess(cells) == style, "\(cells)") }
  }

  @Test("nothing that makes a number negative can be taken away", arguments: ["(", ")", "-", "\u{2212}", "–", "(€)"])
  func strip(sign: String) {
    let error = #expect(throws: ConfigError.self) {
      _ = try NumberStyle(from: FieldReader(.object([.init("strip", .array([.string(sign)]))]), path: "x"))
    }
    #expect(error?.sentence.hasPrefix("x.strip[0]: ") == true, "\(error?.sentence ?? "")")
  }

  @Test("what a description says of a style comes back")
  func members() throws {
    for style in [Self.german, Self.english, Self.french, Self.swiss] {
      let back = try NumberStyle(from: FieldReader(.object(style.members), path: ""))
      #expect(back == style)
    }
    #expect(try NumberStyle(from: FieldReader(.object([]), path: "")) == nil)
  }
}
