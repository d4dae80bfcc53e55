internal import Platform
internal import Specs
internal import Training

/// How many trainings, or steps or epochs of them, are over: a bar where a person watches, a line every ten seconds
/// elsewhere.
final class CompareProgress {
  private var bar: ProgressBar
  private let printsLines: Bool
  private let begin = Clock.now()
  private var lastLine = Clock.now()
  private let noun: String
  /// What was done when it began: it says nothing of the time that is left.
  private var earlier: Double?

  init(isShown: Bool, _ environment: ProcessEnvironment, noun: String = "trainings") {
    self.noun = noun
    let isWatched = ProgressBar.isWatched(environment)
    bar = ProgressBar(isShown: isShown && isWatched)
    printsLines = isShown && !isWatched
  }

  func show(_ done: Double, of count: Int) {
    let now = Clock.now()
    earlier = earlier ?? done
    bar.update(done: done, of: count, noun: noun, elapsed: now - begin)
    guard printsLines, now - lastLine > 10, done > earlier ?? 0 else { return }
    lastLine = now
    let since = earlier ?? 0
    let left = (now - begin) * (Double(count) - since) / max(1e-9, done - since) - (now - begin)
    StandardOutput.write("\(Int(done)) of \(count) \(noun), \(ProgressBar.duration(left)) left")
  }

  func end() { bar.clear() }
}
