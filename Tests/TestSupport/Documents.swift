internal import Foundation
internal import Synchronization

/// The README and the articles of the documentation, and what Markdown files of this repository say of each other.
package struct Documents: Sendable {
  package static let readme = "README.md"
  /// The articles are the Markdown files in here.
  package static let catalog = "Sources/Documentation.docc"
  package static let landing = catalog + "/Documentation.md"

  /// Every Markdown file by its path from the root.
  package var texts: [String: String]

  /// Reads the files.
  package init() throws {
    texts = [:]
    for top in ["", "Sources", "Tests", "configs", "scripts"] {
      let folder = Command.root + "/" + top
      let paths =
        top.isEmpty
        ? try FileManager.default.contentsOfDirectory(atPath: folder)
        : (FileManager.default.subpaths(atPath: folder) ?? []).map { top + "/" + $0 }
      for path in paths where path.hasSuffix(".md") {
        texts[path] = try String(contentsOfFile: Command.root + "/" + path, encoding: .utf8)
      }
    }
  }

  /// The README, the landing page, and the articles in its order; those that it does not name, last.
  package var articles: [String] {
    var paths = [Self.readme, Self.landing]
    for path in links(of: Self.landing).map(\.path) + texts.keys.sorted()
    where path.hasPrefix(Self.catalog) && path.hasSuffix(".md") && !paths.contains(path) {
      paths.append(path)
    }
    return paths
  }

  /// The fenced blocks of a file, with the word behind their first fence.
  package func blocks(of path: String) -> [(language: String, text: String)] {
    parts(of: path).blocks
  }

  /// The fenced blocks of a language.
  package func blocks(_ language: String, of path: String) -> [String] {
    blocks(of: path).filter { $0.language == language }.map(\.text)
  }

  /// Where a link of a file leads: a path from the root, and the anchor behind `#`.
  package struct Link: Sendable, Equatable {
    package var text: String
    package var path: String
    package var anchor: String?
  }

  /// The links that lead to files of this repository, in their order.
  package func links(of path: String) -> [Link] {
    let key = [path, texts[path] ?? ""]
    if let links = Self.known.withLock({ $0[key] }) { return links }
    let links = readLinks(of: path)
    Self.known.withLock { $0[key] = links }
    return links
  }

  /// Links that were read before: the tests change a file at a time and look at all of them.
  private static let known = Mutex<[[String]: [Link]]>([:])

  private func readLinks(of path: String) -> [Link] {
    let prose = parts(of: path).prose.replacing(/`[^`]*`/, with: "`")
    return prose.matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) }.filter { $0.firstMatch(of: /^[a-z]+:/) == nil }
      .map { text in
        let halves = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let folder = path.split(separator: "/").dropLast().map(String.init)
        let target = halves[0].isEmpty ? path : Self.normal(folder + halves[0].split(separator: "/").map(String.init))
        return Link(text: text, path: target, anchor: halves.count > 1 ? halves[1] : nil)
      }
  }

  /// The anchors that a code host gives a file's headings: their words in lower case with hyphens between, and a number
  /// behind one that was there before.
  package func anchors(of path: String) -> [String] {
    let key = [path, texts[path] ?? ""]
    if let anchors = Self.knownAnchors.withLock({ $0[key] }) { return anchors }
    let anchors = readAnchors(of: path)
    Self.knownAnchors.withLock { $0[key] = anchors }
    return anchors
  }

  private static let knownAnchors = Mutex<[[String]: [String]]>([:])

  private func readAnchors(of path: String) -> [String] {
    var seen: [String: Int] = [:]
    return parts(of: path).prose.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
      let words = line.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces).lowercased()
      let anchor = String(
        words.compactMap { sign in
          sign == " " ? "-" : sign.isLetter || sign.isNumber || sign == "-" || sign == "_" ? sign : nil
        })
      seen[anchor, default: 0] += 1
      return seen[anchor] == 1 ? anchor : "\(anchor)-\((seen[anchor] ?? 1) - 1)"
    }
  }

  /// What is wrong with links and articles: a sentence each.
  package func findings() -> [String] {
    var findings: [String] = []
    for path in texts.keys.sorted() {
      for link in links(of: path) {
        if texts[link.path] == nil, !FileManager.default.fileExists(atPath: Command.root + "/" + link.path) {
          findings.append("\(path): '\(link.text)' leads nowhere")
        } else if let anchor = link.anchor, !anchors(of: link.path).contains(anchor) {
          findings.append("\(path): '\(link.text)': there is no such heading")
        }
      }
    }
    for start in [Self.readme, Self.landing] {
      let reached = reached(from: start)
      for article in articles where article != start && article != Self.readme && !reached.contains(article) {
        findings.append("\(article): not reached from \(start)")
      }
    }
    return findings
  }

  private func reached(from start: String) -> Set<String> {
    var found: Set<String> = [], next = [start]
    while let path = next.popLast() {
      guard texts[path] != nil, found.insert(path).inserted else { continue }
      // From the landing page by the articles alone: it is where a reader begins who has not seen the README.
      next += links(of: path).map(\.path).filter { start == Self.readme || $0 != Self.readme }
    }
    return found
  }

  private func parts(of path: String) -> (prose: String, blocks: [(language: String, text: String)]) {
    var prose = "", blocks: [(language: String, text: String)] = [], isFenced = false
    for line in (texts[path] ?? "").split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        if !isFenced { blocks.append((String(line.dropFirst(3)), "")) }
        isFenced.toggle()
      } else if isFenced {
        blocks[blocks.count - 1].text += line + "\n"
      } else {
        prose += line + "\n"
      }
    }
    return (prose, blocks)
  }

  private static func normal(_ parts: [String]) -> String {
    var result: [String] = []
    for part in parts where part != "." {
      if part == "..", !result.isEmpty { result.removeLast() } else { result.append(part) }
    }
    return result.joined(separator: "/")
  }
}
