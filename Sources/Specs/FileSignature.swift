/// A kind of file that its first bytes give away.
package struct FileSignature: Sendable, Equatable {
  /// What it is, with its article.
  package var noun: String
  /// How a table is got out of it.
  package var wayOut: String
  /// Whether scripts/import-table reads it.
  package private(set) var isImportable = false
  /// The path that was opened, where that is known: the way out is for a command line, and paths of a config count from
  /// its directory.
  package var path: String?

  init(_ noun: String, _ wayOut: String) {
    self.noun = noun
    self.wayOut = wayOut
  }

  /// A kind that scripts/import-table reads.
  ///
  /// - Parameter other: another way out.
  private init(importable noun: String, or other: String? = nil) {
    self.init(noun, (other.map { "\($0), or " } ?? "") + Self.makeTable)
    isImportable = true
  }

  /// How a table is got out of a file of some name.
  package func wayOut(for file: String) -> String {
    guard isImportable else { return wayOut }
    let path = path ?? file, name = path.split(separator: "/").last.map(String.init) ?? path
    let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    // Beside it.
    let table = path.dropLast(path.hasSuffix(name) ? name.count : 0) + (stem.isEmpty ? name : stem) + ".table"
    return wayOut.replacing(
      "FILE NEW.table", with: "\(Self.word(path)) \(Self.word(String(table)))", maxReplacements: 1)
  }

  /// A text as one word of a shell.
  private static func word(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy {
      ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
        || "._-/".unicodeScalars.contains($0)
    }
    return isPlain ? text : "'" + text.oneLine.replacing("'", with: #"'\''"#) + "'"
  }

  /// The kind of a file that is neither plain text in UTF-8 nor without a name; nil for everything else.
  package static func of(_ bytes: UnsafeBufferPointer<UInt8>) -> FileSignature? {
    // The length that a file of tensors begins with could be another kind's first bytes.
    tensors(bytes) ?? unicode(bytes) ?? zip(bytes) ?? known(bytes) ?? tar(bytes) ?? markup(bytes)
  }

  package static func of(_ bytes: [UInt8]) -> FileSignature? {
    bytes.withUnsafeBufferPointer { of($0) }
  }

  // MARK: - First bytes

  private struct Mark {
    var start: [UInt8]
    var signature: FileSignature

    /// Whether it could be the name of a column: then bytes follow that text does not have.
    var isWord: Bool {
      start.count <= 6
        && start.allSatisfy {
          (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        }
    }

    init(_ start: [UInt8], _ noun: String, _ wayOut: String) {
      self.start = start
      signature = FileSignature(noun, wayOut)
    }

    init(_ start: String, _ noun: String, _ wayOut: String) { self.init(Array(start.utf8), noun, wayOut) }

    init(importable noun: String, _ start: [UInt8], or other: String? = nil) {
      self.start = start
      signature = FileSignature(importable: noun, or: other)
    }
  }

  private static let saveAsCSV = "save the sheet as CSV (UTF-8)"
  private static let exportAsCSV = "export the table as CSV"
  private static let makeTable =
    "make a table of it with `scripts/import-table FILE NEW.table` and read that with \"format\": \"table\""
  private static let asCSV = "to_csv('NEW', index=False)"

  private static let marks: [Mark] = [
    Mark([0x1f, 0x8b], "gzip data inside gzip data", "decompress it once with `gunzip -c FILE > NEW.gz`"),
    Mark("BZh91AY&SY", "a bzip2 file", "decompress it with `bzip2 -dc FILE > NEW`"),
    Mark([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], "an xz file", "decompress it with `xz -dc FILE > NEW`"),
    Mark([0x5d, 0, 0], "an lzma file", "decompress it with `xz --format=lzma -dc FILE > NEW`"),
    Mark([0x28, 0xb5, 0x2f, 0xfd], "a zstd file", "decompress it with `zstd -dc FILE > NEW`"),
    Mark([0x04, 0x22, 0x4d, 0x18], "an lz4 file", "decompress it with `lz4 -dc FILE > NEW`"),
    Mark([0x1f, 0x9d], "a file of compress (.Z)", "decompress it with `gunzip -c FILE > NEW`"),
    Mark("LZIP\u{1}", "an lzip file", "decompress it with `lzip -dc FILE > NEW`"),
    Mark([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], "a 7z archive", "unpack it with `7z x FILE`"),
    Mark("Rar!\u{1a}\u{7}", "a rar archive", "unpack it with `unrar x FILE`"),
    Mark(importable: "a Parquet file", Array("PAR1".utf8)),
    Mark(importable: "a Feather (Arrow) file", Array("ARROW1".utf8)),
    Mark(importable: "a Feather file", Array("FEA1".utf8)),
    Mark(importable: "an Arrow stream", [0xff, 0xff, 0xff, 0xff]),
    Mark("ORC\u{0}", "an ORC file", "convert it with pandas.read_orc('FILE').\(asCSV)"),
    Mark("ORC\u{a}", "an ORC file", "convert it with pandas.read_orc('FILE').\(asCSV)"),
    Mark("Obj\u{1}", "an Avro file", exportAsCSV),
    Mark(
      [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], "an HDF5 file",
      #"read it with "format": "hdf5", "path" and "features" (datasets in it), or convert a table of pandas with "#
        + "pandas.read_hdf('FILE').\(asCSV)"),
    Mark("MATLAB ", "a MAT-file of MATLAB", "save its arrays with numpy.save after scipy.io.loadmat('FILE')"),
    Mark("CDF\u{1}", "a NetCDF file", "save its arrays with numpy.save"),
    Mark("CDF\u{2}", "a NetCDF file", "save its arrays with numpy.save"),
    Mark("CDF\u{5}", "a NetCDF file", "save its arrays with numpy.save"),
    Mark(
      importable: "an Excel file (.xls) or another old Office file", [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1],
      or: saveAsCSV),
    Mark(
      "SQLite format 3\u{0}", "an SQLite database",
      "make a table of it with `scripts/import-table FILE NEW.table --query \"select * from TABLE\"`"),
    Mark(importable: "a Stata file", Array("<stata_dta>".utf8)),
    Mark(importable: "an SPSS file", Array("$FL2".utf8)), Mark(importable: "an SPSS file", Array("$FL3".utf8)),
    Mark(importable: "a SAS file", [UInt8](repeating: 0, count: 12) + [0xc2, 0xea, 0x81, 0x60]),
    Mark(importable: "a SAS transport file", Array("HEADER RECORD*******LIBRARY HEADER RECORD".utf8)),
    Mark("RDX2\n", "R data", "write the table in R with write.csv"),
    Mark("RDX3\n", "R data", "write the table in R with write.csv"),
    Mark("X\n\u{0}\u{0}\u{0}", "R data (.rds)", "write the table in R with write.csv"),
    Mark([0x93] + Array("NUMPY".utf8), "a NumPy array (NPY)", #"read it with "format": "npy" and "features""#),
    Mark("%PDF-", "a PDF document", exportAsCSV), Mark("{\\rtf", "an RTF document", exportAsCSV),
    Mark([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a], "a PNG image", "save the pixels with numpy.save"),
    Mark([0xff, 0xd8, 0xff], "a JPEG image", "save the pixels with numpy.save"),
    Mark("GIF8", "a GIF image", "save the pixels with numpy.save"),
    Mark([0x7f, 0x45, 0x4c, 0x46], "a program (ELF)", "give the path of a data file"),
    Mark(
      "version https://git-lfs", "a pointer of Git LFS, not the data themselves", "fetch the file with `git lfs pull`"),
  ]

  private static func known(_ bytes: UnsafeBufferPointer<UInt8>) -> FileSignature? {
    // A table of text may have columns named like a kind of file.
    let isText = !bytes.prefix(64).contains { $0 < 0x20 && !(0x09...0x0d).contains($0) }
    if let mark = marks.first(where: { bytes.starts(with: $0.start) && !(isText && $0.isWord) }) {
      return mark.signature
    }
    // bzip2 with smaller blocks, or without content.
    if bytes.starts(with: "BZh".utf8), bytes.count >= 10, (0x31...0x39).contains(bytes[3]),
      [0x31, 0x17].contains(bytes[4]), [0x41, 0x72].contains(bytes[5])
    {
      return marks[1].signature
    }
    if bytes.count >= 4, bytes[0] & 0xf0 == 0x50, bytes[1...3].elementsEqual([0x2a, 0x4d, 0x18]) {
      return FileSignature("a zstd file", "decompress it with `zstd -dc FILE > NEW`")
    }
    // Stata before version 13: the version, the byte order, and 1 with nothing behind it.
    if bytes.count >= 4, (113...115).contains(bytes[0]), [1, 2].contains(bytes[1]), bytes[2] == 1, bytes[3] == 0 {
      return FileSignature(importable: "a Stata file")
    }
    if bytes.count >= 2, bytes[0] == 0x80, (1...5).contains(bytes[1]) {
      return FileSignature("a Python pickle", "convert it with pandas.read_pickle('FILE').\(asCSV)")
    }
    if bytes.count >= 4, bytes[0] == 0, bytes[1] == 0, (0x08...0x0e).contains(bytes[2]), (1...8).contains(bytes[3]) {
      return FileSignature("an IDX array", #"read it with "format": "idx" and "features""#)
    }
    return nil
  }

  // MARK: - Containers

  /// Zip archives, told apart by the name of their first file.
  private static func zip(_ bytes: UnsafeBufferPointer<UInt8>) -> FileSignature? {
    guard bytes.count >= 4, bytes[0] == 0x50, bytes[1] == 0x4b else { return nil }
    let isEmpty = bytes[2] == 5 && bytes[3] == 6, isSplit = bytes[2] == 7 && bytes[3] == 8
    guard bytes[2] == 3 && bytes[3] == 4 || isEmpty || isSplit else { return nil }
    let nameLength = bytes.count >= 30 ? Int(bytes[26]) | Int(bytes[27]) << 8 : 0
    let name = bytes.dropFirst(30).prefix(nameLength)
    let beginning = bytes.prefix(4096)
    if name.starts(with: "[Content_Types].xml".utf8) || name.starts(with: "xl/".utf8)
      || name.starts(with: "_rels/".utf8)
      || name.starts(with: "docProps/".utf8)
    {
      return FileSignature(importable: "an Excel file (.xlsx) or another Office file", or: saveAsCSV)
    }
    if name.starts(with: "mimetype".utf8), beginning.dropFirst(30).starts(with: "mimetypeapplication/vnd.oasis".utf8) {
      return FileSignature(importable: "an OpenDocument file (.ods)", or: saveAsCSV)
    }
    if name.suffix(4).elementsEqual(".npy".utf8) {
      return FileSignature(
        "an archive of NumPy arrays (NPZ)",
        #"read it with "format": "npz", "path" and the names of its arrays as "features" and "targets""#)
    }
    if name.suffix(9).elementsEqual("/data.pkl".utf8) {
      return FileSignature("a PyTorch file", "save its arrays with numpy.save")
    }
    return FileSignature("a zip archive", "unpack it with `unzip -p FILE > NEW`")
  }

  /// A tar archive: its first 512 bytes hold their own checksum in octal digits.
  private static func tar(_ bytes: UnsafeBufferPointer<UInt8>) -> FileSignature? {
    guard bytes.count >= 512, bytes[0] != 0 else { return nil }
    let digits = bytes[148..<156].filter { (0x30...0x37).contains($0) }
    guard digits.count >= 3, let stated = Int(String(decoding: digits, as: UTF8.self), radix: 8) else { return nil }
    let sum = (0..<512).reduce(0) { $0 + ((148..<156).contains($1) ? 0x20 : Int(bytes[$1])) }
    guard sum == stated else { return nil }
    return FileSignature("a tar archive", "unpack it with `tar -xf FILE`")
  }

  /// A safetensors file: the length of a JSON header in eight bytes, then the header.
  private static func tensors(_ bytes: UnsafeBufferPointer<UInt8>) -> FileSignature? {
    guard bytes.count >= 10, bytes[8] == UInt8(ascii: "{"), bytes[9] == UInt8(ascii: "\"") else { return nil }
    guard bytes[4..<8].allSatisfy({ $0 == 0 }) else { return nil }
    return FileSignature(
      "a safetensors file",
      #"read it with "format": "safetensors", "path" and the names of its tensors as "features" and "targets""#)
  }

  // MARK: - Text

  /// Text in 16 or 32 bits per character, with a byte order mark or by its zeros.
  private static func unicode(_ bytes: UnsafeBufferPointer<UInt8>) -> FileSignature? {
    func text(_ name: String, _ label: String) -> FileSignature {
      FileSignature("\(name) text", "save it as UTF-8, for example with `iconv -f \(label) -t utf-8 FILE > NEW`")
    }
    if bytes.starts(with: [0xff, 0xfe, 0, 0]) || bytes.starts(with: [0, 0, 0xfe, 0xff]) {
      return text("UTF-32", "utf-32")
    }
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) { return text("UTF-16", "utf-16") }
    // Without a mark every other byte is 0 where the text begins with ASCII.
    let pairs = bytes.prefix(16)
    guard pairs.count >= 4, pairs.count % 2 == 0 || pairs.count == 16 else { return nil }
    for (zeros, label) in [(1, "utf-16le"), (0, "utf-16be")]
    where pairs.indices.allSatisfy({ ($0 % 2 == zeros) == (pairs[$0] == 0) }) {
      return text("UTF-16", label)
    }
    return nil
  }

  /// Web pages, XML and JSON.
  private static func markup(_ bytes: UnsafeBufferPointer<UInt8>) -> FileSignature? {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
    let text = bytes.dropFirst(bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0).drop(while: isSpace)
    guard let first = text.first, let last = bytes.last(where: { !isSpace($0) }) else { return nil }
    let word = String(decoding: text.prefix(14), as: UTF8.self).lowercased()
    if word.hasPrefix("<!doctype html") || word.hasPrefix("<html") {
      return FileSignature(
        "a web page (HTML), perhaps one that says why there is no file", "fetch the file itself again")
    }
    if word.hasPrefix("<?xml") { return FileSignature("an XML file", exportAsCSV) }
    if word.hasPrefix("@relation") { return FileSignature("an ARFF file", exportAsCSV) }
    let next = text.dropFirst().first { !isSpace($0) }
    let isObject = first == UInt8(ascii: "{") && next == UInt8(ascii: "\"") && last == UInt8(ascii: "}")
    let isList =
      first == UInt8(ascii: "[") && [UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\"")].contains(next)
      && last == UInt8(ascii: "]")
    guard isObject || isList else { return nil }
    return FileSignature(
      "JSON", "convert it with pandas.read_json('FILE').\(asCSV), with lines=True for one object a line")
  }
}
