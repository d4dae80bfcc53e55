internal import Platform
internal import Specs
internal import Training

/// How many trainings are over: a bar where a person watches, a line every ten seconds elsewhere.
final class CompareProgress {
  private var bar: ProgressBar
  private let printsLines: Bool
  private let begin = Clock.now()
  private var lastLine = Clock.now()

  init(isShown: Bool, _ environment: ProcessEnvironment) {
    let isWatched = ProgressBar.isWatched(environment)
    bar = ProgressBar(isShown: isShown && isWatched)
    printsLines = isShown && !isWatched
  }

  func show(_ done: Double, of count: Int) {
    let now = Clock.now()
    bar.update(done: done, of: count, noun: "trainings", elapsed: now - begin)
    guard printsLines, now - lastLine > 10, done > 0 else { return }
    lastLine = now
    let left = (now - begin) * (Double(count) / done - 1)
    StandardOutput.write("\(Int(done)) of \(count) trainings, \(ProgressBar.duration(left)) left")
  }

  func end() { bar.clear() }
}
