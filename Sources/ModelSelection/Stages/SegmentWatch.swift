internal import Platform
internal import Training

/// Asked before each step of a training whether it is to pause after it: at its place, on request, or so that others
/// can join it.
///
/// Clocks and the other ranks are looked at every 2 ms, so that small steps do not feel it.
final class SegmentWatch {
  /// Steps from the start of the training to its place.
  let target: Int
  /// Steps that were made when the phase began.
  private let first: Int
  private let board: StageBoard
  private let rule: Rule
  /// Notes progress, and measures: one rank of a training does.
  private let isTicking: Bool
  private let isStopped: () -> Bool
  private let progress: () -> Void
  private var began: Double?
  private var made = 0
  private var next = 1
  private var ticked: Int
  /// Whether it has asked for a pause because this group is slower than a smaller one.
  private(set) var isTooLarge = false

  /// When it pauses before its place.
  struct Rule {
    /// Trainings that have ended on this node when others can join; .max: none can.
    var joinsAt = Int.max
    /// Seconds that are worth it.
    var least = 0.0
    /// The clock's time at which all pause.
    var deadline = Double.infinity
    /// Seconds of a step beyond which this group is too large.
    var limit = Double.infinity
  }

  /// - Parameter steps: that were made before.
  init(
    target: Int, steps: Int, board: StageBoard, rule: Rule, isTicking: Bool, isStopped: @escaping () -> Bool,
    progress: @escaping () -> Void
  ) {
    (self.target, first, self.board, self.rule) = (target, steps, board, rule)
    (self.isTicking, self.isStopped, self.progress) = (isTicking, isStopped, progress)
    ticked = Self.tick(steps, of: target)
  }

  private static func tick(_ steps: Int, of target: Int) -> Int {
    StageBoard.ticks * min(steps, target) / max(1, target)
  }

  /// - Parameter steps: that were made so far.
  func pauses(after steps: Int) -> Bool {
    if steps + 1 >= target { return true }
    made = steps - first
    guard made >= next else {
      if began == nil { began = Clock.now() }
      return false
    }
    let now = Clock.now(), elapsed = now - (began ?? now), step = elapsed / Double(made)
    // Where any time is worth a change of groups, every step counts.
    next = made + (rule.least > 0 ? max(1, Int(min(1e6, 0.002 / max(1e-7, step)))) : 1)
    progress()
    note(steps)
    if isStopped() || now > rule.deadline { return true }
    let left = Double(target - steps) * step
    guard left > rule.least else { return false }
    isTooLarge = isTicking && made >= 16 && elapsed > 4 * rule.least && step > rule.limit
    return isTooLarge || board.ended >= rule.joinsAt
  }

  /// Notes how far the training is.
  func note(_ steps: Int) {
    let now = Self.tick(steps, of: target)
    while isTicking, ticked < now {
      board.tick()
      ticked += 1
    }
  }
}
