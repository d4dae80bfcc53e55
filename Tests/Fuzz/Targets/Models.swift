internal import Collectives
internal import Datasets
internal import Foundation
internal import Kernels
internal import Metrics
internal import Networks
internal import Platform
internal import Specs
internal import Training

/// Tensor files, made in code.
enum TensorSeeds {
  static let tensors = [
    NamedTensor(name: "layers.0.weight", shape: [2, 3], values: [1, 2, 3, 4, 5, 6]),
    NamedTensor(name: "layers.0.bias", shape: [2], values: [0, .nan]),
    NamedTensor(name: "empty", shape: [0, 7], values: []),
  ]
  static let metadata: [ConfigValue.Member] = [.init("format", .string("ptrain-1"))]
  static let file = Safetensors.encode(tensors, metadata: metadata)

  /// A header, a line break, and the tensors' bytes; ``assembled(_:)`` puts the header's length before it.
  static func parts(_ file: [UInt8]) -> [UInt8] {
    let length = file[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    return Array(file[8..<8 + length]) + [10] + Array(file[(8 + length)...])
  }

  static func assembled(_ parts: [UInt8]) -> [UInt8] {
    let end = parts.firstIndex(of: 10) ?? parts.count
    let length = withUnsafeBytes(of: UInt64(end).littleEndian) { Array($0) }
    return length + parts[..<end] + parts[min(end + 1, parts.count)...]
  }

  static func header(_ tensors: String, bytes: Int) -> [UInt8] {
    Array("{\(tensors)}\n".utf8) + [UInt8](repeating: 0, count: bytes)
  }

  static func tensor(_ name: String, _ shape: String, _ offsets: String) -> String {
    #""\#(name)": {"dtype": "F32", "shape": \#(shape), "data_offsets": \#(offsets)}"#
  }

  static let refusedHeaders: [[UInt8]] = {
    let a = tensor("a", "[2]", "[0, 8]")
    var list = [
      header("", bytes: 8), header(a, bytes: 4), header(a, bytes: 12), header(a + ", " + a, bytes: 8),
      header(a + ", " + tensor("b", "[2]", "[4, 12]"), bytes: 12), header(tensor("a", "[2]", "[4, 12]"), bytes: 12),
      header(a + ", " + tensor("b", "[2]", "[12, 20]"), bytes: 20), header(tensor("a", "[2]", "[8, 0]"), bytes: 8),
      header(a.replacingOccurrences(of: "F32", with: "F64"), bytes: 8), header("\"a\": 1", bytes: 8),
      header("\"__metadata__\": 1", bytes: 0), header("\"__metadata__\": {\"x\": 1}, " + a, bytes: 7),
      header((0..<500).map { tensor("t\($0)", "[2000]", "[0, 8000]") }.joined(separator: ","), bytes: 8000),
    ]
    for shape in [
      "[-1]", "[1.5]", "2", "[\"2\"]", "[9223372036854775807]", "[4611686018427387904, 4]", "[2, 0]", "[0, 2]",
      "[18446744073709551618]", "[4294967296, 4294967296]", "null",
    ] { list.append(header(tensor("a", shape, "[0, 8]"), bytes: 8)) }
    for offsets in [
      "[0, 9223372036854775807]", "[-8, 0]", "[9223372036854775800, 9223372036854775807]", "[0]", "[0, 8, 16]", "{}",
      "[0, 18446744073709551624]", "[1e300, 2e300]",
    ] { list.append(header(tensor("a", "[2]", offsets), bytes: 8)) }
    return list
  }()

  /// A model of a config on synthetic data, as training would write it.
  static func model(_ text: String) throws -> [UInt8] {
    let config = try RunConfig(ConfigValue.parse(Data(text.utf8), file: "config.json"))
    let demand: TargetDemand = config.loss.loss.targets == .values ? .values : .classes
    let description = try config.data.prepare(in: DataContext(baseDirectory: "/"), targets: demand, seed: 1).description
    let network = try config.model.makeNetwork(description)
    let arena = AlignedBuffer<Float>(count: max(16, network.storageCount))
    network.initialize(arena.pointer, seed: 1)
    let file = ModelFile(
      network, arena: arena.pointer, config: config.resolved, description: description,
      classWeights: description.classNames.isEmpty ? nil : description.classNames.map { _ in 1 },
      decision: .logOdds(-1.1),
      threshold: 0.25)
    return Safetensors.encode(file.tensors, metadata: file.metadata)
  }
}

/// A file system of some files in memory.
struct MemoryStorage: Storage {
  var files: [String: [UInt8]] = [:]

  func createDirectory(_ path: String) throws {}
  func write(to path: String, _ body: (_ append: (UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws {}
  func flushDirectory(_ path: String) throws {}
  func rename(_ path: String, to other: String) throws {}
  func names(in path: String) throws -> [String] { [] }
  func remove(_ path: String) throws {}
  func read(_ path: String) throws -> [UInt8] {
    guard let bytes = files[String(path.split(separator: "/").last ?? "")] else {
      throw RunError(.inputOutput, "\(path): cannot be read")
    }
    return bytes
  }
}

extension FuzzTarget {
  /// Files of tensors, byte by byte.
  static func safetensors(_ folder: ScratchFolder) -> FuzzTarget {
    let lengths: [UInt64] = [0, 1, 1 << 31, 1 << 62, .max, 99_999_999]
    return FuzzTarget(
      name: "safetensors", valid: [TensorSeeds.file, Safetensors.encode([], metadata: [])],
      refused: [[], [1, 2, 3], TensorSeeds.file.dropLast()].map { Array($0) }
        + lengths.map { length in withUnsafeBytes(of: length.littleEndian) { Array($0) } + TensorSeeds.file.dropFirst(8)
        },
      codes: [.data]
    ) { bytes in _ = try Safetensors.decode(bytes, file: "model.safetensors") }
  }

  /// Files of tensors whose header has the length that it claims.
  static func safetensorsHeader(_ folder: ScratchFolder) -> FuzzTarget {
    FuzzTarget(
      name: "safetensors-header", valid: [TensorSeeds.parts(TensorSeeds.file)],
      refused: TensorSeeds.refusedHeaders + [Array(String(repeating: "[", count: 100_000).utf8)], codes: [.data]
    ) { bytes in
      let tensors = try Safetensors.decode(TensorSeeds.assembled(bytes), file: "model.safetensors").tensors
      let count = tensors.reduce(0) { $0 + $1.values.count }
      precondition(4 * count <= bytes.count, "more numbers than the file has bytes for")
      for tensor in tensors {
        precondition(tensor.values.count == tensor.shape.reduce(1, *), "a tensor that is not whole")
      }
    }
  }

  /// Trained models: layers, loss and data in the metadata, and the weights.
  static func model(_ folder: ScratchFolder) throws -> FuzzTarget {
    let configs = [
      String(decoding: ConfigSeeds.small(), as: UTF8.self),
      #"""
      {"data": {"train": {"format": "synthetic", "task": "regression", "examples": 32, "features": [2, 2], "targets": 2},
        "normalize": "standard", "normalize_targets": "standard"},
       "model": {"layers": [{"type": "flatten", "name": "f"}, {"type": "dense", "units": 4, "activation": "tanh", "name": "d"},
        {"type": "add", "inputs": ["f", "d"]}, {"type": "dense", "units": 2, "bias": false}]},
       "loss": {"type": "sum", "terms": [{"loss": "mae"}, {"loss": {"type": "expression", "per_sample": "(p-y)^2"}}]},
       "optimizer": {"type": "adam"}, "metrics": ["mae", "r2"]}
      """#,
      #"""
      {"data": {"train": {"format": "synthetic", "examples": 32, "features": 3}},
       "model": {"layers": [{"type": "dense", "units": 1}]}, "optimizer": {"type": "sgd"}, "metrics": ["expected_cost"],
       "loss": {"type": "binary_cross_entropy", "cost": {"false_positive": 5}}}
      """#,
    ]
    let valid = try configs.map { TensorSeeds.parts(try TensorSeeds.model($0)) }
    // Weights are kept in panels of 16 columns at least.
    return FuzzTarget(
      name: "model", valid: valid, refused: TensorSeeds.refusedHeaders, codes: [.data], allowance: { 16 * $0.count }
    ) { bytes in
      _ = try SavedModel(folder.write(TensorSeeds.assembled(bytes), to: "model.safetensors"))
    }
  }

  /// The manifest of a checkpoint, with its seal as it is and put right.
  static func checkpoint(_ folder: ScratchFolder) throws -> FuzzTarget {
    let part = TensorSeeds.file, metadata = TensorSeeds.metadata, hash = sha256(part)
    let storage = MemoryStorage(files: ["part-0.safetensors": part, "part-1.safetensors": part])
    func entry(_ rank: Int) -> String {
      #"{"file": "part-\#(rank).safetensors", "bytes": \#(part.count), "sha256": "\#(hash)"}"#
    }
    func manifest(_ parts: String, step: String = "7") -> [UInt8] {
      Array(
        #"""
        {"format": "ptrain-checkpoint-1", "step": \#(step), "parts": [\#(parts)], "sha256": "",
         "state": {"step": 7, "updates": 7}, "config": {"parallel": {"shards": 8}}}
        """#.utf8)
    }
    let many = Array(repeating: entry(0), count: 200).joined(separator: ", ")
    return FuzzTarget(
      name: "checkpoint", valid: [manifest(entry(0)), manifest("")].compactMap(sealed),
      refused: ["-1", "1e400", "9223372036854775808", "0.5", "null", "\"7\""].map { manifest(entry(0), step: $0) }
        + [
          manifest(entry(2)), manifest(many), manifest(entry(0).replacingOccurrences(of: "part-0", with: "../part-0")),
          manifest(entry(0).replacingOccurrences(of: hash, with: "00")), manifest("1"),
          manifest(#"{"file": "a\n\u2028b", "bytes": 1, "sha256": ""}"#),
        ] + ConfigSeeds.refused, codes: [.data, .inputOutput]
    ) { bytes in
      var storage = storage
      storage.files["manifest.json"] = bytes
      do {
        let found = try CheckpointStore.read("step-7", storage)
        let isSame = found.tensors.isEmpty || Safetensors.encode(found.tensors, metadata: metadata) == part
        precondition(isSame && found.step == 7, "a damaged manifest is taken for a whole one")
      } catch let error as any ReportableError {
        guard let sealed = sealed(bytes) else { throw error }
        storage.files["manifest.json"] = sealed
        _ = try CheckpointStore.read("step-7", storage)
      }
    }
  }

  private static func sha256(_ bytes: [UInt8]) -> String {
    let hash = SHA256()
    bytes.withUnsafeBytes { hash.update($0) }
    return hash.finish()
  }

  /// The same manifest with the checksum it should have.
  private static func sealed(_ bytes: [UInt8]) -> [UInt8]? {
    guard case .object(var members)? = try? ConfigValue.parse(Data(bytes), file: "manifest.json") else { return nil }
    members.removeAll { $0.key == "sha256" }
    let seal = sha256(Array(ConfigValue.object(members).compactText.utf8))
    return Array(ConfigValue.object(members + [.init("sha256", .string(seal))]).compactText.utf8)
  }

  /// The log of a run that goes on from step 5.
  static func metrics(_ folder: ScratchFolder) -> FuzzTarget {
    let lines = (0..<12).map { #"{"step": \#($0), "epoch": 1, "split": "train", "loss": 0.5, "learning_rate": 1e-3}"# }
    return FuzzTarget(
      name: "metrics",
      valid: [
        Array(lines.joined(separator: "\n").utf8), [], [10, 10], Array("{\"step\": 3".utf8),
        Array(String(repeating: "[", count: 100_000).utf8), Array("{\"step\": 1e400}\n{\"step\": -1}".utf8),
      ], codes: [.inputOutput]
    ) { bytes in
      let path = try folder.write(bytes, to: "metrics.jsonl")
      try MetricsLog.cut(path, after: 5)
      for line in (FileManager.default.contents(atPath: path) ?? Data()).split(separator: 10) {
        guard case .integer(let step)? = try ConfigValue.parse(Data(line), file: path)["step"], step <= 5 else {
          preconditionFailure("a line that should be gone")
        }
      }
    }
  }
}
