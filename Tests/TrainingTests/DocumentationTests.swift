import TestSupport
import Testing

/// The README and the articles hang together: links lead somewhere, and every article is found.
@Suite struct DocumentationTests {
  @Test("every link and anchor resolves, and every article is reached from the README and from the landing page")
  func links() throws {
    let documents = try Documents()
    #expect(documents.articles.count >= 12, "\(documents.articles)")
    #expect(documents.articles.reduce(0) { $0 + documents.links(of: $1).count } >= 40)
    let findings = documents.findings()
    #expect(findings.isEmpty, "\(findings)")
  }

  @Test("negative control: what is wrong with a link or an article is found")
  func control() throws {
    let documents = try Documents()
    let losses = Documents.catalog + "/Losses.md", lone = Documents.catalog + "/Lone.md"
    func findings(_ path: String, adding text: String) -> [String] {
      var changed = documents
      changed.texts[path, default: ""] += text
      return changed.findings()
    }
    #expect(findings(losses, adding: "[x](Nowhere.md)\n") == ["\(losses): 'Nowhere.md' leads nowhere"])
    // From the root, as the README writes it, it leads elsewhere.
    #expect(findings(losses, adding: "[x](configs/losses/README.md)\n").count == 1)
    for link in ["Data.md#nothing", "#nothing", "../../README.md#losses"] {
      #expect(findings(losses, adding: "[x](\(link))\n") == ["\(losses): '\(link)': there is no such heading"])
    }
    #expect(findings(lone, adding: "# Lone\n").count == 2, "neither from the README nor from the landing page")
    #expect(findings(lone, adding: "# Lone\n[x](Losses.md)\n").count == 2, "links from it are none to it")
    for fine in [
      "[x](Data.md)", "[x](#how-to-choose)", "[x](../../README.md#start)", "`[x](no.md)`", "[x](https://a.b)",
    ] {
      #expect(findings(losses, adding: fine + "\n").isEmpty, "\(fine)")
    }
    #expect(findings(losses, adding: "```\n[x](no.md)\n```\n").isEmpty, "an example is no link")
    // A heading that is there twice.
    #expect(findings(losses, adding: "## Twice\n## Twice\n[x](#twice) [y](#twice-1)\n").isEmpty)
    var without = documents
    without.texts = without.texts.mapValues { $0.replacing("Models.md)", with: "Data.md)") }
    #expect(without.findings().filter { $0.hasPrefix(Documents.catalog + "/Models.md: not reached from") }.count == 2)
  }

  @Test("every block is of a kind that a test reads, and no command stands where none would run it")
  func blocks() throws {
    let documents = try Documents()
    for path in documents.articles {
      for block in documents.blocks(of: path) {
        #expect(["sh", "json", "python", ""].contains(block.language), "\(path): ```\(block.language)")
        guard block.language.isEmpty else { continue }
        for line in block.text.split(separator: "\n") {
          #expect(line.prefixMatch(of: /(mpirun|\.build\/|scripts\/|python|swift )/) == nil, "\(path): \(line)")
        }
      }
    }
  }
}
