internal import Metrics
package import Platform
internal import Specs
internal import Synchronization

/// What a person sees while training goes on: a bar on a terminal, plain lines elsewhere, warnings on standard error.
package final class TerminalSink: RunSink {
  private let isQuiet: Bool
  // Warnings come from the thread that writes checkpoints as well.
  private let bar: Mutex<ProgressBar>

  /// - Parameters:
  ///   - isQuiet: whether warnings alone are shown.
  ///   - showsProgress: whether there may be a bar, where a person watches.
  package init(isQuiet: Bool, showsProgress: Bool, environment: ProcessEnvironment) {
    self.isQuiet = isQuiet
    bar = Mutex(ProgressBar(isShown: !isQuiet && showsProgress && ProgressBar.isWatched(environment)))
  }

  package func take(_ event: RunEvent) {
    switch event {
    case .goesOn(let step, let wasFinished):
      line(
        "going on after step \(step)" + (wasFinished ? " of a finished run, whose model is replaced at the end" : ""))
    case .trained(let figures): bar.withLock { $0.update(figures) }
    case .stepped(let step, let steps, let seconds):
      bar.withLock { $0.tick(step: step, of: steps, elapsed: seconds) }
    case .evaluated, .worked: break
    case .endedEpoch(let epoch, let epochs, let loss, let validation):
      var text = "epoch \(epoch)/\(epochs)  loss \(ProgressBar.short(loss))"
      if let validation {
        let results = validation.report.entries.map { $0.words(number: ProgressBar.short) }
        text += "  validation " + results.joined(separator: "  ")
      }
      line(text)
    case .warned(let text):
      bar.withLock { bar in
        bar.clear()
        StandardError.write("warning: " + text)
      }
    case .ended: bar.withLock { $0.clear() }
    }
  }

  /// Prints a line above the bar.
  private func line(_ text: String) {
    guard !isQuiet else { return }
    bar.withLock { bar in
      bar.clear()
      StandardOutput.write(text)
    }
  }
}
