import Foundation

/// Archives, files of tensors and sparse text that cannot be used.
extension ErrorCase {
  private static func source(
    _ name: String, _ format: String, _ bytes: [UInt8], keys: String, code: Int32 = 65, says: String
  ) -> ErrorCase {
    ErrorCase(
      name: "\(format): \(name)", overrides: [#"data={"train": {"format": "\#(format)", "path": "d"\#(keys)}}"#],
      files: ["d": bytes], code: code, says: says)
  }

  private static func npz(
    _ name: String, _ bytes: [UInt8], keys: String = #", "features": "x", "targets": "y""#, code: Int32 = 65,
    says: String
  ) -> ErrorCase { source(name, "npz", bytes, keys: keys, code: code, says: says) }

  private static func tensors(
    _ name: String, _ bytes: [UInt8], keys: String = #", "features": "x", "targets": "y""#, code: Int32 = 65,
    says: String
  ) -> ErrorCase { source(name, "safetensors", bytes, keys: keys, code: code, says: says) }

  private static func libsvm(_ name: String, _ text: String, keys: String = "", says: String) -> ErrorCase {
    source(name, "libsvm", Array(text.utf8), keys: keys, says: says)
  }

  /// An archive of stored arrays.
  private static func zip(
    _ entries: [(name: String, content: [UInt8])], flags: UInt8 = 0, method: UInt8 = 0, checksum: UInt8? = nil
  ) -> [UInt8] {
    func little(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    func sum(_ bytes: [UInt8]) -> Int {
      var sum: UInt32 = 0xffff_ffff
      for byte in bytes {
        sum ^= UInt32(byte)
        for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 1 ? 0xedb8_8320 : 0) }
      }
      return Int(~sum)
    }
    var bytes: [UInt8] = [], directory: [UInt8] = []
    for (name, content) in entries {
      let size = little(content.count, 4), start = bytes.count
      let common =
        [20, 0, flags, 0, method, 0, 0, 0, 0, 0] + little(checksum.map(Int.init) ?? sum(content), 4) + size + size
        + little(name.utf8.count, 2) + [0, 0]
      bytes += [0x50, 0x4b, 3, 4] + common + Array(name.utf8) + content
      directory += [0x50, 0x4b, 1, 2, 20, 0] + common + [UInt8](repeating: 0, count: 10) + little(start, 4)
      directory += Array(name.utf8)
    }
    return bytes + directory + [0x50, 0x4b, 5, 6, 0, 0, 0, 0] + little(entries.count, 2) + little(entries.count, 2)
      + little(directory.count, 4) + little(bytes.count, 4) + [0, 0]
  }

  private static func array(_ type: String, _ shape: String, _ elements: [UInt8]) -> [UInt8] {
    let header = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }\n".utf8)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header + elements
  }

  private static func file(_ header: String, _ data: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8) + data
  }

  private static let x = array("|u1", "(2, 2)", [1, 2, 3, 4]), y = array("|u1", "(2,)", [0, 1])
  private static let pair = [("x.npy", x), ("y.npy", y)]
  private static func tensor(_ type: String, _ shape: String, _ from: Int, _ to: Int) -> String {
    #"{"dtype": "\#(type)", "shape": \#(shape), "data_offsets": [\#(from), \#(to)]}"#
  }

  static let formats: [ErrorCase] = [
    npz(
      "no such array", zip([("x_train.npy", x), ("y.npy", y)]), keys: #", "features": "x_trian", "targets": "y""#,
      code: 78,
      says: "d: has no array 'x_trian'; did you mean 'x_train'? known: x_train, y"),
    npz("no such targets", zip([("x.npy", x)]), code: 78, says: "d: has no array 'y'; known: x"),
    npz(
      "no name of features", zip(pair), keys: "", code: 78,
      says: "data.train: key 'features' is required: the name of the array of features, rows first"),
    npz("no targets", zip(pair), keys: #", "features": "x""#, code: 78, says: "key 'targets' is required"),
    npz(
      "cut", zip(pair).dropLast(), says: "d: the archive is damaged (its directory is missing: it ends early); fetch it"
    ),
    npz(
      "a changed byte", zip(pair, checksum: 1),
      says: "d: the archive is damaged (entry 'x.npy': its checksum is another one)"),
    npz(
      "encrypted", zip(pair, flags: 1), says: "d: the entry 'x.npy' is encrypted; save the arrays without a password"),
    npz(
      "lzma", zip(pair, method: 14), says: "d: the entry 'x.npy' is compressed by lzma (method 14), which is not read"),
    npz("one name twice", zip(pair + pair), says: "d: two entries of the archive are named 'x'"),
    npz(
      "a table", Array("a,b\n1,2\n".utf8),
      says: #"d: is not an NPZ file (a zip archive of NumPy arrays) but text; read"#),
    npz("an array by itself", x, says: #"d: is a NumPy array (NPY); read it with "format": "npy" and "features""#),
    npz("another archive", zip([("data.txt", x)]), says: "d: is a zip archive; unpack it with `unzip -p FILE > NEW`"),
    npz(
      "objects", zip([("x.npy", array("|O", "(1,)", [0])), ("y.npy", y)]),
      says: "d, array 'x': NPY element type '|O' cannot"),
    npz(
      "rows differ", zip([("x.npy", x), ("y.npy", array("|u1", "(1,)", [1]))]),
      says: "d, array 'y': has 1 row, but d, array 'x' has 2"),
    npz(
      "a shape of more than there is", zip([("x.npy", array("|u1", "(2, 4611686018427387904)", [1])), ("y.npy", y)]),
      says: "d, array 'x': is truncated"),
    tensors(
      "no such tensor", file(#"{"x": \#(tensor("U8", "[2, 2]", 0, 4))}"#, [1, 2, 3, 4]), code: 78,
      says: "d: has no tensor 'y'; known: x"),
    tensors(
      "a type that is not read", file(#"{"x": \#(tensor("U64", "[1]", 0, 8))}"#, [UInt8](repeating: 0, count: 8)),
      says: "d, tensor 'x': safetensors element type U64 cannot be used; convert the tensor to one of: F32 F64 F16 BF16"
    ),
    tensors(
      "a hole", file(#"{"x": \#(tensor("U8", "[1]", 1, 2))}"#, [1, 2]),
      says: "tensor 'x' begins at byte 1 of the data, expected 0"),
    tensors("cut", file(#"{"x": \#(tensor("U8", "[4]", 0, 4))}"#, [1, 2]), says: "tensor 'x' lies outside the file"),
    tensors(
      "a header of 2^63 bytes", [0, 0, 0, 0, 0, 0, 0, 128, 123, 34], says: "the header claims 9223372036854775808 bytes"
    ),
    tensors("a table", Array("a,b,y\n1,2,3\n".utf8), says: "d: is not a safetensors file but text; read a table"),
    tensors("an archive", zip(pair), says: #"d: is an archive of NumPy arrays (NPZ); read it with "format": "npz""#),
    libsvm(
      "index 0", "1 1:1\n0 0:1\n", says: "d: line 2 has the index 0, and indices begin with 1; where the file counts"),
    libsvm("two labels", "1,2 1:1\n", says: "d: line 1: several labels ('1,2') are not read; give each row one"),
    libsvm(
      "no order", "1 3:1 1:1\n", says: "d: line 1: the index 1 stands behind 3; sort the pairs of each row by index"),
    libsvm("twice", "1 3:1 3:1\n", says: "d: line 1: the index 3 stands twice; give each index of a row once"),
    libsvm("no label", "1 1:1\n1:1\n", says: "d: line 2 has no label"),
    libsvm("a word as label", "cat 1:1\n", says: "d: line 1: the label 'cat' is not a number; number the classes"),
    libsvm(
      "missing", "1 1:nan\n0 1:1\n",
      says: "d: line 1, index 1: 'nan' stands for a missing value; fill in what is missing"),
    libsvm("infinite", "1 1:inf\n", says: "d: line 1, index 1: 'inf' is not finite"),
    libsvm(
      "too wide", "1 5:1\n", keys: #", "width": 4"#,
      says: "d: line 1: the index 5 is beyond the 4 features that 'width' states"),
    libsvm(
      "far too wide", "1 1:1\n0 999999999:1\n",
      says: "d: line 2: the index 999999999 is too large: rows of at most 4194304"),
    libsvm(
      "a table", "a,b,y\n1,2,0\n",
      says: #"d: line 1 has no pairs like '3:0.5' but commas; read a table of text with "format": "csv""#),
    ErrorCase(
      name: "libsvm: more features than the training source",
      overrides: [
        #"data={"train": {"format": "libsvm", "path": "d"}, "test": {"format": "libsvm", "path": "e"}}"#
      ], files: ["d": Array("1 1:1\n0 2:1\n".utf8), "e": Array("1 1:1\n1 3:1\n".utf8)], code: 65,
      says:
        "e: line 2: the index 3 is beyond the 2 features of the training source; leave such pairs out, or train with a 'width'"
    ),
    .set(
      "data.train", #"{"format": "libsvm", "path": "d", "width": 0}"#,
      says: "data.train.width: expected a whole number from 1 to 4194304, found 0"),
  ]
}
