internal import Foundation
internal import Glibc

do {
  let options = try Options(Array(CommandLine.arguments.dropFirst()))
  if let path = options.worker {
    try work(options, path)
  } else if let index = options.only {
    try readOne(options, index)
  } else {
    exit(try superviseAll(options) ? 0 : 1)
  }
} catch {
  let sentence = (error as? FuzzError)?.sentence ?? "\(error)"
  FileHandle.standardError.write(Data("Fuzz: \(sentence)\n".utf8))
  exit(64)
}

/// Reads inputs in the process of a supervisor's worker.
func work(_ options: Options, _ path: String) throws {
  let folder = try ScratchFolder(path), target = try Options.target(options.targets[0], folder)
  let worker = Worker(
    target: target, mutator: Mutator(target, seed: options.seed), state: try SharedState(path + "/state"),
    folder: folder, showsSentences: options.showsSentences)
  try worker.run(min(options.from, options.inputs)..<options.inputs)
}

/// Reads one input in this process, for a debugger, and says what came of it.
func readOne(_ options: Options, _ index: Int) throws {
  let folder = try ScratchFolder(ScratchFolder.base + "/ptrain-fuzz-\(getpid())")
  defer { folder.remove() }
  let target = try Options.target(options.targets[0], folder)
  let mutator = Mutator(target, seed: options.seed)
  let worker = Worker(
    target: target, mutator: mutator, state: try SharedState(folder.path + "/state"), folder: folder,
    showsSentences: true)
  let bytes = mutator.input(index)
  say("\(bytes.count) bytes: \(String(decoding: bytes.prefix(4096), as: UTF8.self).debugDescription)")
  say(worker.check(bytes, index: index) ?? "no fault")
}

/// Runs all targets and prints a table; true where no reader failed.
func superviseAll(_ options: Options) throws -> Bool {
  say(Supervisor.heading)
  var waiting = options.targets[...], running: [Supervisor] = [], finished: [Supervisor] = []
  while !waiting.isEmpty || !running.isEmpty {
    while running.count < options.jobs, let name = waiting.popFirst() {
      running.append(try Supervisor(name, options: options))
    }
    for supervisor in running { try supervisor.poll() }
    for supervisor in running where supervisor.isDone { say(supervisor.line) }
    finished += running.filter(\.isDone)
    running.removeAll(where: \.isDone)
    usleep(10_000)
  }
  let inputs = finished.reduce(0) { $0 + $1.inputs }, faults = finished.reduce(0) { $0 + $1.faults }
  say("Fuzz: \(finished.count) readers, \(inputs) inputs, \(faults) faults, seed \(options.seed)")
  return faults == 0
}
