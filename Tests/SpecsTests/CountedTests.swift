import Specs
import Testing

/// Numbers with their nouns.
@Suite struct CountedTests {
  @Test(
    "one is singular, all others are plural",
    arguments: [
      ("row", "rows"), ("training row", "training rows"), ("class", "classes"), ("box", "boxes"), ("batch", "batches"),
      ("category", "categories"), ("key", "keys"), ("different value", "different values"),
    ])
  func plural(singular: String, plural: String) {
    #expect(1.counted(singular) == "1 " + singular)
    for count in [0, 2, 11, 21, 101, -1] { #expect(count.counted(singular) == "\(count) " + plural) }
    #expect(1.isOrAre == "is" && 0.isOrAre == "are" && 2.isOrAre == "are")
  }
}
