import Collectives
import Datasets
import Foundation
import Kernels
import Metrics
import Networks
import Platform
import Specs
import Training

// OneHash FOLDER THREADS < LIST: trains many small configs in one process and prints a line for each, the weights' hash
// and all metrics. A line of the list is an array of JSON: a name, the path of a config, settings as of --set. For
// machines, and emulators of machines, on which the start of a process takes longer than a training.

struct OneHashFailure: Error { var sentence: String }

/// One training, without a run's directory.
func train(_ path: String, _ settings: [String], threads: Int) throws -> (weights: String, metrics: String) {
  let cluster = SoloCluster(host: "here")
  var value = try ConfigValue.parse(Data(contentsOf: URL(fileURLWithPath: path)), file: path, comments: .skipped)
  for setting in settings { value = try value.overriding(setting) }
  let config = try RunConfig(value)
  var options = RunOptions(baseDirectory: GivenFile.directory(of: path), outputDirectory: "", threads: threads)
  options.trainer.sinks = []
  let data = try LoadedData(config, options: options, cluster: cluster)
  let trainer = try Trainer(config, data: data, options: options.trainer, cluster: cluster)
  guard case .finished = try trainer.train() else { throw OneHashFailure(sentence: "\(path): has not finished") }
  var metrics: [String] = []
  for part in DataPart.allCases {
    guard let result = try trainer.evaluate(part) else { continue }
    metrics += result.report.entries.map { "\(part.name) " + $0.words { $0.json.compactText } }
  }
  let hash = trainer.weightsHash
  try trainer.close()
  return (hash, metrics.joined(separator: "; "))
}

let arguments = CommandLine.arguments
guard arguments.count == 3, let threads = Int(arguments[2]), threads > 0 else {
  throw OneHashFailure(sentence: "OneHash takes FOLDER THREADS, and a list on standard input")
}
KernelTiling.choose()
guard FileManager.default.changeCurrentDirectoryPath(arguments[1]) else {
  throw OneHashFailure(sentence: "\(arguments[1]): no such folder")
}
print("instructions \(InstructionSet.active.name)")
while let line = readLine() {
  guard let words = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String], words.count >= 2 else {
    throw OneHashFailure(sentence: "a line of the list is an array of texts, found: \(line)")
  }
  do {
    let result = try train(words[1], Array(words.dropFirst(2)), threads: threads)
    print(words[0], result.weights, result.metrics, separator: "\t")
  } catch {
    print(words[0], "refused", describeFailure(error).1, separator: "\t")
  }
}
