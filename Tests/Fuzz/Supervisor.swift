internal import Foundation
internal import Glibc

/// Runs one target's worker, starts it again behind an input that it died of, and tells of these.
final class Supervisor {
  /// Seconds of computing that one input may take, and seconds in all: others may compute on the same cores.
  static let patience = 10.0, longPatience = 300.0
  /// Faults after which a target is given up.
  static let faultLimit = 20

  let name: String
  private(set) var faults = 0
  private(set) var isDone = false
  private let options: Options
  private let target: FuzzTarget
  private let mutator: Mutator
  private let folder: ScratchFolder
  private let state: SharedState
  private let start = Date()
  private var end = Date()
  private var worker: pid_t = 0
  private var seen = (index: -1, time: Date(), computed: 0.0)

  init(_ name: String, options: Options) throws {
    self.name = name
    self.options = options
    folder = try ScratchFolder(ScratchFolder.base + "/ptrain-fuzz-\(getpid())-\(name)")
    target = try Options.target(name, folder)
    mutator = Mutator(target, seed: options.seed)
    state = try SharedState(folder.path + "/state")
    try launch(from: 0)
  }

  /// Looks after the worker, without waiting.
  func poll() throws {
    guard !isDone else { return }
    var status: Int32 = 0
    guard waitpid(worker, &status, WNOHANG) == worker else {
      if state[.index] != seen.index { seen = (state[.index], Date(), computedSeconds) }
      let waited = -seen.time.timeIntervalSinceNow
      guard waited > Self.patience else { return }
      let computed = computedSeconds - seen.computed
      guard computed > Self.patience || waited > Self.longPatience else { return }
      kill(worker, SIGKILL)
      waitpid(worker, &status, 0)
      return try goOn("no end after \(Int(computed)) s of computing, \(Int(waited)) s in all")
    }
    if status == 0 { return finish() }
    let signal = status & 0x7f, code = status >> 8 & 0xff
    let isFault = signal == 0 && code == Worker.faultCode
    let text = FileManager.default.contents(atPath: folder.path + (isFault ? "/" + Worker.faultFile : "/errors"))
    let said = String(decoding: text ?? Data(), as: UTF8.self)
    if isFault { return try goOn(said) }
    let last = said.split(whereSeparator: \.isNewline).first.map { ": \($0)" } ?? ""
    try goOn((signal != 0 ? "died of signal \(signal)" : "left with code \(code)") + last)
  }

  /// Seconds that the worker has computed.
  private var computedSeconds: Double {
    var clock = clockid_t(), time = timespec()
    guard clock_getcpuclockid(worker, &clock) == 0, clock_gettime(clock, &time) == 0 else { return 0 }
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// The target's line of the table.
  var line: String {
    let count = state[.accepted] + state[.refused]
    let figures = [
      "\(count)", "\(state[.accepted])", "\(state[.refused])", "\(state[.sentences])",
      String(format: "%.1f", end.timeIntervalSince(start)), "\(state[.largestBlock])", "\(state[.peakGrowth])",
      "\(faults)",
    ]
    return Self.row(name, figures)
  }

  var inputs: Int { state[.accepted] + state[.refused] }

  static let heading = row(
    "target", ["inputs", "accepted", "refused", "sentences", "seconds", "largest block", "peak growth", "faults"])

  private static func row(_ name: String, _ figures: [String]) -> String {
    name.padding(toLength: 19, withPad: " ", startingAt: 0)
      + figures.map { String(repeating: " ", count: max(1, 14 - $0.count)) + $0 }.joined()
  }

  /// Tells of the input at hand, and starts a worker behind it.
  private func goOn(_ what: String) throws {
    let index = state[.index]
    faults += 1
    try FileManager.default.createDirectory(atPath: options.output, withIntermediateDirectories: true)
    let file = "\(options.output)/\(name)-\(options.seed)-\(index)"
    try Data(mutator.input(index)).write(to: URL(fileURLWithPath: file))
    say("Fuzz: \(name), seed \(options.seed), index \(index): \(what)")
    say("  input: \(file); again: Fuzz \(name) --seed \(options.seed) --only \(index)")
    if index + 1 < options.inputs, faults < Self.faultLimit { try launch(from: index + 1) } else { finish() }
  }

  private func finish() {
    isDone = true
    end = Date()
    folder.remove()
  }

  private func launch(from index: Int) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 2, folder.path + "/errors", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    let line =
      [
        CommandLine.arguments[0], name, "--worker", folder.path, "--seed", "\(options.seed)", "--from", "\(index)",
        "--inputs", "\(options.inputs)",
      ] + (options.showsSentences ? ["--show"] : [])
    var arguments = line.map { strdup($0) } + [nil]
    var environment = ProcessInfo.processInfo.environment
    environment["SWIFT_BACKTRACE"] = "enable=no"
    var pairs = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in arguments + pairs { free(text) } }
    state[.index] = index
    seen = (index, Date(), 0)
    guard posix_spawn(&worker, "/proc/self/exe", &actions, nil, &arguments, &pairs) == 0 else {
      throw FuzzError(sentence: "a worker cannot be started")
    }
  }
}
