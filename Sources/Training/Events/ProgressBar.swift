internal import Glibc
internal import Kernels
package import Platform
internal import Specs

/// A bar on a terminal: how far a run is, its figures, the time that is left.
package struct ProgressBar {
  private let isShown: Bool
  private var lastDraw = 0.0
  private var barLength = 0
  private var state = ""

  package init(isShown: Bool) { self.isShown = isShown }

  /// Whether a person watches standard output on a terminal.
  ///
  /// mpirun gives its ranks a terminal of its own, whatever its output is: then its own output counts.
  package static func isWatched(_ environment: ProcessEnvironment) -> Bool {
    guard isatty(STDOUT_FILENO) == 1 else { return false }
    guard environment.isUnderMPIRun else { return true }
    var info = stat()
    return stat("/proc/\(getppid())/fd/1", &info) == 0 && info.st_mode & S_IFMT == S_IFCHR
      && info.st_rdev >> 8 & 0xfff != 1
  }

  /// New figures of the training.
  mutating func update(_ figures: TrainingFigures) {
    state =
      "epoch \(figures.epoch)/\(figures.epochs)  loss \(Self.short(figures.loss))  \(Self.rate(figures.samplesPerSecond))"
    tick(step: figures.step, of: figures.steps, elapsed: figures.seconds)
  }

  /// How many of some things are done.
  package mutating func update(done: Double, of count: Int, noun: String, elapsed: Double) {
    state = "\(Int(done)) of \(count) \(noun)"
    // In thousandths, so that a part of one counts.
    tick(step: Int(1000 * done), of: 1000 * count, elapsed: elapsed)
  }

  /// Redraws the bar, at most ten times a second.
  mutating func tick(step: Int, of steps: Int, elapsed: Double) {
    let now = Clock.now()
    guard isShown, now - lastDraw > 0.1 else { return }
    lastDraw = now
    var size = winsize()
    let columns = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    let text = Self.bar(step: step, of: steps, state: state, elapsed: elapsed, columns: columns)
    StandardOutput.write("\r" + text + String(repeating: " ", count: max(0, barLength - text.count)), terminator: "")
    barLength = text.count
  }

  /// Takes the bar away.
  package mutating func clear() {
    guard barLength > 0 else { return }
    StandardOutput.write("\r" + String(repeating: " ", count: barLength) + "\r", terminator: "")
    barLength = 0
  }

  /// The bar's text for a width of the terminal.
  static func bar(step: Int, of steps: Int, state: String, elapsed: Double, columns: Int) -> String {
    let share = steps > 0 ? Double(step) / Double(steps) : 1
    let left = share > 0 ? elapsed / share - elapsed : 0
    let tail = "  \(state)  \(duration(left)) left"
    let head = "\(String(repeating: " ", count: max(0, 3 - String(Int(share * 100)).count)))\(Int(share * 100))% "
    let width = max(0, min(30, columns - 1 - head.count - tail.count - 2))
    let filled = Int(share * Double(width))
    let bar =
      width < 5 ? "" : "[" + String(repeating: "=", count: filled) + String(repeating: " ", count: width - filled) + "]"
    return String((head + bar + tail).prefix(max(10, columns - 1)))
  }

  package static func duration(_ seconds: Double) -> String {
    let whole = Int(min(max(0, seconds), 1e8).rounded())
    if whole < 60 { return "\(whole)s" }
    if whole < 3600 { return "\(whole / 60)m\(whole % 60)s" }
    return "\(whole / 3600)h\(whole % 3600 / 60)m"
  }

  static func rate(_ value: Double) -> String {
    value >= 1e6
      ? "\(short(value / 1e6))M samples/s"
      : value >= 1e3 ? "\(short(value / 1e3))k samples/s" : "\(short(value)) samples/s"
  }

  /// Four significant digits.
  static func short(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return "\(value)" }
    var magnitude = Int((DoubleFunctions.log(abs(value)) / DoubleFunctions.log(10)).rounded(.down))
    // The quotient is below 3 for 1000.
    if abs(value) >= DoubleFunctions.pow(10, Double(magnitude + 1)) { magnitude += 1 }
    let scale = DoubleFunctions.pow(10, Double(3 - magnitude))
    let rounded = (value * scale).rounded() / scale
    if abs(rounded) >= 1000, abs(rounded) < 1e15 { return String(Int(rounded)) }
    return "\(rounded)"
  }
}
