internal import Datasets
internal import Foundation
internal import Specs

/// Descriptions of HDF5 files, as the process that asks the library prints them, each with the bytes of its file.
enum HDF5Seeds {
  private static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]

  /// A description of one data set, a line break, the file: its signature, then what is at address 8.
  static func input(_ facts: String, _ data: [UInt8]) -> [UInt8] {
    Array(#"{"library":"1.10.8","datasets":[{"found":"dataset",\#(facts)}]}"#.utf8) + [0x0a] + signature + data
  }

  /// Bytes as deflate stores them uncompressed, in the frame of zlib.
  static func deflate(_ bytes: [UInt8]) -> [UInt8] {
    var (low, high) = (1, 0)
    for byte in bytes {
      low = (low + Int(byte)) % 65521
      high = (high + low) % 65521
    }
    let count = bytes.count, frame = [0x78, 1, 1, count & 255, count >> 8, ~count & 255, ~count >> 8 & 255]
    return frame.map { UInt8(truncatingIfNeeded: $0) } + bytes
      + [high >> 8, high, low >> 8, low].map { UInt8(truncatingIfNeeded: $0) }
  }

  static let bytes = (0..<64).map { UInt8($0 * 37 % 120) }
  static let int16 = #""type":{"class":"integer","bytes":2,"signed":true,"big_endian":true}"#
  static let uint8 = #""type":{"class":"integer","bytes":1,"signed":false}"#

  static func type(_ name: String, _ bytes: Int) -> String { #""type":{"class":"\#(name)","bytes":\#(bytes)}"# }

  static func contiguous(_ shape: String, _ type: String, more: String = "") -> [UInt8] {
    input(#""shape":[\#(shape)],\#(type),"storage":"contiguous","address":8\#(more)"#, bytes)
  }

  static func chunked(
    _ shape: String, _ chunk: String, _ type: String, _ chunks: String, filters: String = "", _ data: [UInt8] = bytes
  ) -> [UInt8] {
    input(
      #""shape":[\#(shape)],\#(type),"storage":"chunked","chunk":[\#(chunk)],"chunks":"\#(chunks)","filters":[\#(filters)],"fill":"07""#,
      data)
  }

  static let deflated = #"{"id":1,"name":"deflate","values":[4]}"#
  static let shuffled = #"{"id":2,"name":"shuffle","values":[2]}"#
  static let summed = #"{"id":3,"name":"fletcher32","values":[]}"#
  static let compressed = deflate(Array(bytes.prefix(16)))

  static let valid = [
    contiguous("4,2", int16), contiguous("8", type("float", 2)), contiguous("2,2,2", uint8),
    contiguous("4", type("integer", 4), more: #","packing":{"scale":0.5,"offset":1,"missing":[7],"bytes":4}"#),
    chunked("4,4", "2,4", uint8, "0 0 8 8 0 2 0 16 8 0 "), chunked("5,3", "2,2", uint8, "0 0 8 4 0 4 2 12 4 0 "),
    chunked(
      "4,2", "4,2", int16.replacingOccurrences(of: "true}", with: "false}"), "0 0 8 \(compressed.count) 0 ",
      filters: "\(shuffled),\(deflated)", compressed
    ).replacing(#""fill":"07""#, #""fill":"0700""#),
    input(#""shape":[2,2],\#(uint8),"storage":"compact","bytes":"01020304""#, []),
  ]

  static let refused =
    [
      "", "{}", #"{"lack":"library"}"#, #"{"lack":"version","library":"1.8.0"}"#, #"{"lack":"file","reason":"x"}"#,
      #"{"datasets":[]}"#, #"{"datasets":[{"found":"nothing"}],"known":["/a"]}"#, #"{"datasets":[{"found":"group"}]}"#,
      #"{"datasets":[{"found":"link","reason":"y"}]}"#, #"{"datasets":[{"found":"unreadable"}]}"#,
    ].map { Array($0.utf8) + [0x0a] + signature } + [
      contiguous("4611686018427387904,4", uint8), contiguous("9223372036854775807", uint8), contiguous("0", uint8),
      contiguous("65,1", uint8), contiguous("", uint8), contiguous("2", type("text", 3)),
      contiguous("2", type("compound", 8)),
      chunked("4,4", "2,4", uint8, "0 0 8 8 0 2 0 16 "), chunked("4,4", "2,4", uint8, "0 0 8 8 0 0 0 16 8 0 "),
      chunked("4,4", "3,4", uint8, "0 0 8 12 0 2 0 8 12 0 "),
      chunked("4,4", "2,4", uint8, "0 0 99999999999999999999 8 0 "),
      chunked("4", "4611686018427387904", uint8, "0 8 8 0 "),
      chunked("1099511627776", "1099511627776", uint8, "0 8 32 0 ", filters: deflated),
      chunked("4", "4", uint8, "0 8 8 0 ", filters: summed),
      chunked("4", "4", uint8, "0 8 4 0 ", filters: #"{"id":32015,"values":[]}"#),
      chunked("16", "16", uint8, "0 8 20 0 ", filters: deflated, Array(compressed.prefix(20))),
      chunked("4", "4", uint8, ""),
    ]
}

extension [UInt8] {
  /// The text with one part replaced.
  fileprivate func replacing(_ part: String, _ other: String) -> [UInt8] {
    guard let range = firstRange(of: Array(part.utf8)) else { return self }
    return Array(self[..<range.lowerBound]) + Array(other.utf8) + Array(self[range.upperBound...])
  }
}

extension FuzzTarget {
  /// What ptrain itself reads of HDF5: a description, and bytes and chunks where it says.
  static func hdf5(_ folder: ScratchFolder) throws -> FuzzTarget {
    let format = try FieldReader.readVariant(
      ConfigValue.parse(Data(#"{"format": "hdf5", "path": "x", "features": "x"}"#.utf8), file: "t"),
      DataFormatRegistry.standard, tag: "format", path: "data.train"
    ).0
    return FuzzTarget(
      name: "hdf5", valid: HDF5Seeds.valid, refused: HDF5Seeds.refused, codes: [.data, .missingInput],
      // Chunks that are not there hold what the description says, deflate makes up to 1032 bytes of one.
      allowance: { 2 * 1032 * $0.count }
    ) { bytes in
      let end = bytes.firstIndex(of: 0x0a) ?? bytes.count, text = Array(bytes[..<end])
      try folder.write(Array(bytes.dropFirst(end + 1)), to: "x")
      var context = DataContext(baseDirectory: folder.path)
      context.hdf5 = HDF5Describer { _, _, _ in .init(texts: [text]) }
      let table = try format.load(in: context), width = table.featureShape.count
      // Of a great data set whose chunks are not there the first rows tell enough.
      table.forEachRow(0..<min(table.count, 1000)) { _, values in
        precondition((0..<min(width, 1000)).allSatisfy { !Float(values[$0]).isInfinite }, "features that are infinite")
      }
    }
  }
}
