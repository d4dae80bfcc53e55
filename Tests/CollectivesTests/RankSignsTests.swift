import Collectives
import Testing

/// Who is silent, as marks and messages say; two nodes of two ranks, seen by rank 0.
@Suite struct RankSignsTests {
  /// Marks of four ranks in memory of this test.
  private final class Marks {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 4 * PhaseMark.byteCount, alignment: 64)
    let all: [PhaseMark]

    init() {
      memory.initializeMemory(as: UInt8.self, repeating: 0, count: 4 * PhaseMark.byteCount)
      let memory = memory
      all = (0..<4).map { PhaseMark(memory + $0 * PhaseMark.byteCount) }
    }

    deinit { memory.deallocate() }

    func signs(node: Int) -> RankSigns {
      RankSigns(size: 4, marks: [all[2 * node], all[2 * node + 1]], ranksOfNode: [2 * node, 2 * node + 1], now: 0)
    }
  }

  /// A message from one node to another, on the way for no time.
  private static func send(_ from: RankSigns, to other: inout RankSigns, now: Double) {
    let record = UnsafeMutableBufferPointer<Int64>.allocate(capacity: 4 * RankSigns.recordLength)
    defer { record.deallocate() }
    record.initialize(repeating: -1)
    from.write(into: record, now: now)
    other.read(record, now: now)
  }

  @Test("a neighbour that stops is silent after the limit, one that shows progress or waits is not")
  func neighbours() {
    let marks = Marks()
    var signs = marks.signs(node: 0), other = marks.signs(node: 1)
    for time in stride(from: 1.0, through: 30, by: 1) {
      marks.all[0].noteWaiting()
      if time <= 12 { marks.all[1].renew() }
      marks.all[2].set(.computing, step: Int(time))
      marks.all[3].noteWaiting()
      signs.look(now: time)
      other.look(now: time)
      Self.send(other, to: &signs, now: time)
      let verdict = signs.verdict(own: 0, limit: 10, fresh: 4, now: time)
      #expect(verdict == (time <= 22 ? .none : .silent([1])), "\(time)")
    }
  }

  @Test("a node nobody hears of is silent after a third more; what it did last is known")
  func lostNode() {
    let marks = Marks()
    var signs = marks.signs(node: 0), other = marks.signs(node: 1)
    for time in stride(from: 1.0, through: 30, by: 1) {
      marks.all[0].noteWaiting()
      marks.all[1].noteWaiting()
      signs.look(now: time)
      if time <= 5 {
        marks.all[2].set(.readingData, step: 0)
        marks.all[2].renew()
        marks.all[3].renew()
        other.look(now: time)
        Self.send(other, to: &signs, now: time)
      }
      let verdict = signs.verdict(own: 0, limit: 9, fresh: 4, now: time)
      #expect(verdict == (time <= 17 ? .none : .silent([2, 3])), "\(time)")
    }
    #expect(PhaseMark.read(signs.words[2])?.phase == .readingData)
  }

  @Test("ages travel: a message does not make a rank younger than its last sign")
  func ages() {
    let marks = Marks()
    var signs = marks.signs(node: 0), other = marks.signs(node: 1)
    marks.all[2].renew()
    other.look(now: 3)
    marks.all[3].noteWaiting()
    marks.all[1].noteWaiting()
    other.look(now: 20)
    signs.look(now: 20)
    Self.send(other, to: &signs, now: 20)
    #expect(signs.verdict(own: 0, limit: 9, fresh: 4, now: 20) == .silent([2]))
  }

  @Test("ranks that all wait for each other are an error too, and starting anew forgives")
  func allWait() {
    let marks = Marks()
    var signs = marks.signs(node: 0), other = marks.signs(node: 1)
    for mark in marks.all { mark.noteWaiting() }
    signs.look(now: 20)
    other.look(now: 20)
    Self.send(other, to: &signs, now: 20)
    #expect(signs.verdict(own: 0, limit: 9, fresh: 4, now: 20) == .allWait)
    signs.startAnew(now: 20)
    #expect(signs.verdict(own: 0, limit: 9, fresh: 4, now: 20) == .none)
  }
}
