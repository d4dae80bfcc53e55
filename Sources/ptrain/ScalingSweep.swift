internal import Foundation
internal import Glibc
internal import Platform
internal import Specs
internal import Training

/// `ptrain bench --sweep`: starts `ptrain bench` on every layout, several times in turns, and reports.
struct ScalingSweep {
  var arguments: [String]
  var ranks: [Int]
  var threads: [Int]
  var batch: Int
  var repeats: Int
  var steps: Int
  var warmup: Int
  var measuresWeak: Bool
  /// Whether Slurm has given more cores than this machine has.
  var isBatchJob: Bool
  var title: String

  /// Layouts that fit the cores of this launch; `mpirun` itself knows more hosts inside a batch job.
  func points(cores: Int) -> [ScalingPoint] {
    let strong = ranks.flatMap { ranks in
      threads.map { ScalingPoint(kind: .strong, ranks: ranks, threads: $0, batch: batch) }
    }
    let weak = ranks.flatMap { ranks in
      threads.map { ScalingPoint(kind: .weak, ranks: ranks, threads: $0, batch: batch * ranks * $0) }
    }
    return strong + (measuresWeak ? weak : [])
  }

  /// Measures all points; each round visits every point once, so that all see the same minutes of the machine.
  ///
  /// - Returns: the points that were measured, and what ended it early: hours of measuring are not lost by the last
  ///   layout.
  func run(cores: Int, progress: (String) -> Void) -> (report: ScalingReport, failure: (any Error)?) {
    var points = points(cores: cores), failure: (any Error)?, count = 0
    let all = points.count * repeats
    for round in 0..<repeats where failure == nil {
      for index in points.indices where failure == nil {
        let point = points[index]
        progress("round \(round + 1) of \(repeats): \(point.kind.rawValue), \(point.ranks) × \(point.threads)")
        do {
          points[index].add(try measure(point, cores: cores))
          count += 1
        } catch { failure = error }
      }
    }
    if failure != nil, let reason = StopReason.ofSignal {
      failure = RunError(.stopped, "stopped on request (\(reason.words)) after \(count) of \(all) measurements")
    }
    return (ScalingReport(title: title, points: points.filter { !$0.steps.isEmpty }), failure)
  }

  /// The command of one point. Ranks are bound to their own cores where there are enough of them.
  func command(_ point: ScalingPoint, cores: Int) -> [String] {
    let fits = point.workers <= cores || isBatchJob
    let binding = fits ? ["--map-by", "slot:PE=\(point.threads)"] : ["--bind-to", "none", "--oversubscribe"]
    return ["mpirun", "-n", "\(point.ranks)"] + binding + [CommandLine.arguments[0], "bench"] + arguments + [
      "--json", "--threads", "\(point.threads)", "--steps", "\(steps)", "--warmup", "\(warmup)", "--set",
      "training.global_batch_size=\(point.batch)",
    ]
  }

  private func measure(_ point: ScalingPoint, cores: Int) throws -> BenchResult {
    let line = command(point, cores: cores)
    let process = Process(), output = Pipe(), errors = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = line
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    guard StopSignal.received == 0 else { throw RunError(.stopped, "stopped on request") }
    do { try process.run() } catch { throw RunError(.unavailable, "cannot start \(line.joined(separator: " "))") }
    // A request to stop that reaches this process alone is passed on.
    let watch = DispatchSource.makeTimerSource(queue: .global())
    watch.schedule(deadline: .now() + 0.1, repeating: 0.1)
    watch.setEventHandler { [pid = process.processIdentifier] in
      if StopSignal.received != 0 { kill(pid, SIGTERM) }
    }
    watch.resume()
    defer { watch.cancel() }
    // What a failing run says on standard error is short: it fits into the pipe while standard output is read.
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let sentence = complaint.split(separator: "\n").first { $0.hasPrefix("ptrain: ") }.map { $0.dropFirst(8) }
      throw RunError(
        ExitCode(rawValue: process.terminationStatus) ?? .unavailable,
        "\(point.ranks) × \(point.threads): "
          + (sentence.map(String.init) ?? "\(line.joined(separator: " ")) ended with \(process.terminationStatus)"))
    }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let last = text.split(separator: "\n").last(where: { $0.hasPrefix("{") }),
      let result = (try? ConfigValue.parse(Data(last.utf8), file: "bench")).flatMap(BenchResult.init(json:))
    else { throw RunError(.internalError, "\(line.joined(separator: " ")): no line of JSON came back") }
    return result
  }
}
