import Dispatch
import Foundation
import Glibc
import Synchronization

/// A piece of a simulation: some of its cases, counted.
struct CountedCases: Sendable {
  /// What tells the piece apart from all others.
  let name: String
  /// The counts: the same whenever and wherever they are made.
  let count: @Sendable () -> [Int]
}

/// Makes the pieces of a simulation, on some threads, and keeps each in a file as soon as it is made.
///
/// What the file holds is not made again: a simulation that is ended at any instant goes on with the same command, and
/// several processes with a part each (`--part 1 --of 4`) may write into one file.
struct CaseBook {
  private let file: String?
  private let threads: Int
  private let part: Int
  private let parts: Int

  /// Of the options `--keep FILE`, `--threads N`, `--part N --of M`.
  init(_ arguments: BankArguments) {
    file = arguments.file
    threads = max(1, arguments.number("threads", default: 2))
    parts = max(1, arguments.number("of", default: 1))
    part = min(max(1, arguments.number("part", default: 1)), parts) - 1
  }

  /// The counts of all pieces in their order; nil where the parts of other processes are not there yet.
  func counts(_ pieces: [CountedCases]) -> [[Int]]? {
    let known = read(), own = pieces.indices.filter { $0 % parts == part && known[pieces[$0].name] == nil }
    let made = make(own.map { pieces[$0] })
    let all = pieces.map { known[$0.name] ?? made[$0.name] }
    let missing = all.count { $0 == nil }
    guard missing == 0 else {
      print(
        "\(missing) of \(pieces.count) pieces belong to other parts and are not there yet; the last part prints all")
      return nil
    }
    return all.compactMap { $0 }
  }

  private struct State {
    var next = 0
    var made: [String: [Int]] = [:]
    var lastLine: Double
  }

  private func make(_ pieces: [CountedCases]) -> [String: [Int]] {
    let begin = Self.now(), state = Mutex(State(lastLine: begin))
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      while true {
        let taken = state.withLock { state in
          state.next += 1
          return state.next - 1
        }
        guard taken < pieces.count else { return }
        let piece = pieces[taken], counts = piece.count()
        state.withLock { state in
          state.made[piece.name] = counts
          keep("\(piece.name)\t\(counts.map(String.init).joined(separator: " "))\t.\n")
          let now = Self.now(), done = state.made.count
          guard now - state.lastLine > 10 else { return }
          state.lastLine = now
          let left = Int((now - begin) * (Double(pieces.count) / Double(done) - 1))
          Self.say("\(done) of \(pieces.count) pieces, \(left) s left")
        }
      }
    }
    return state.withLock { $0.made }
  }

  private static func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }

  private static func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

  /// Appends a line in one call.
  private func keep(_ line: String) {
    guard let file else { return }
    let descriptor = open(file, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    defer { close(descriptor) }
    guard descriptor >= 0, write(descriptor, line, line.utf8.count) == line.utf8.count else {
      Self.say("\(file): cannot be written")
      exit(74)
    }
  }

  /// Whole lines; what was torn is made again.
  private func read() -> [String: [Int]] {
    guard let file, let text = try? String(contentsOfFile: file, encoding: .utf8) else { return [:] }
    if !text.isEmpty, !text.hasSuffix("\n") { keep("\n") }
    var known: [String: [Int]] = [:]
    for line in text.split(separator: "\n") {
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard cells.count == 3, cells[2] == "." else { continue }
      known[String(cells[0])] = cells[1].split(separator: " ").compactMap { Int($0) }
    }
    return known
  }
}

extension CaseBook {
  /// Numbers of cases cut into pieces.
  static func ranges(_ count: Int, of size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
  }
}
