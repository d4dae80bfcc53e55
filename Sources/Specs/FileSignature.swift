/// A kind of file that its first bytes give away.
package struct FileSignature: Sendable, Equatable {
  /// What it is, with its article.
  package var noun: String
  /// How a table is got out of it.
  package var wayOut: String

  init(_ noun: String, _ wayOut: String) {
    self.noun = noun
    self.wayOut = wayOut
  }

  /// The kind of a file that is neither plain text in UTF-8 nor without a name; nil for everything else.
  package static func of(_ bytes: UnsafeBufferPointer<UInt8>) -> FileSignature? {
    unicode(bytes) ?? zip(bytes) ?? known(bytes) ?? tar(bytes) ?? tensors(bytes) ?? markup(bytes)
  }

  package static func of(_ bytes: [UInt8]) -> FileSignature? {
    bytes.withUnsafeBufferPointer { of($0) }
  }

  // MARK: - First bytes

  private struct Mark {
    var start: [UInt8]
    var signature: FileSignature

    init(_ start: [UInt8], _ noun: String, _ wayOut: String) {
      self.start = start
      signature = FileSignature(noun, wayOut)
    }

    init(_ start: String, _ noun: String, _ wayOut: String) { self.init(Array(start.utf8), noun, wayOut) }
  }

  private static let saveAsCSV = "save the sheet as CSV (UTF-8)"
  private static let exportAsCSV = "export the table as CSV"
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
    Mark("PAR1", "a Parquet file", "convert it with pandas.read_parquet('FILE').\(asCSV)"),
    Mark("ARROW1", "a Feather (Arrow) file", "convert it with pandas.read_feather('FILE').\(asCSV)"),
    Mark("FEA1", "a Feather file", "convert it with pandas.read_feather('FILE').\(asCSV)"),
    Mark(
      [0xff, 0xff, 0xff, 0xff], "an Arrow stream",
      "convert it with pyarrow.ipc.open_stream('FILE').read_pandas().\(asCSV)"),
    Mark("ORC\u{0}", "an ORC file", "convert it with pandas.read_orc('FILE').\(asCSV)"),
    Mark("ORC\u{a}", "an ORC file", "convert it with pandas.read_orc('FILE').\(asCSV)"),
    Mark("Obj\u{1}", "an Avro file", exportAsCSV),
    Mark(
      [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], "an HDF5 file",
      "save its arrays with numpy.save, or convert a table with pandas.read_hdf('FILE').\(asCSV)"),
    Mark("MATLAB ", "a MAT-file of MATLAB", "save its arrays with numpy.save after scipy.io.loadmat('FILE')"),
    Mark("CDF\u{1}", "a NetCDF file", "save its arrays with numpy.save"),
    Mark("CDF\u{2}", "a NetCDF file", "save its arrays with numpy.save"),
    Mark("CDF\u{5}", "a NetCDF file", "save its arrays with numpy.save"),
    Mark(
      [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], "an Excel file (.xls) or another old Office file", saveAsCSV),
    Mark(
      "SQLite format 3\u{0}", "an SQLite database",
      "export a table with `sqlite3 -csv -header FILE \"select * from TABLE\" > NEW`"),
    Mark("<stata_dta>", "a Stata file", "convert it with pandas.read_stata('FILE').\(asCSV)"),
    Mark("$FL2", "an SPSS file", "convert it with pandas.read_spss('FILE').\(asCSV)"),
    Mark("$FL3", "an SPSS file", "convert it with pandas.read_spss('FILE').\(asCSV)"),
    Mark(
      [UInt8](repeating: 0, count: 12) + [0xc2, 0xea, 0x81, 0x60], "a SAS file",
      "convert it with pandas.read_sas('FILE').\(asCSV)"),
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
    if let mark = marks.first(where: { bytes.starts(with: $0.start) }) { return mark.signature }
    // bzip2 with smaller blocks, or without content.
    if bytes.starts(with: "BZh".utf8), bytes.count >= 10, (0x31...0x39).contains(bytes[3]),
      [0x31, 0x17].contains(bytes[4]), [0x41, 0x72].contains(bytes[5])
    {
      return marks[1].signature
    }
    if bytes.count >= 4, bytes[0] & 0xf0 == 0x50, bytes[1...3].elementsEqual([0x2a, 0x4d, 0x18]) {
      return FileSignature("a zstd file", "decompress it with `zstd -dc FILE > NEW`")
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
      return FileSignature("an Excel file (.xlsx) or another Office file", saveAsCSV)
    }
    if name.starts(with: "mimetype".utf8), beginning.dropFirst(30).starts(with: "mimetypeapplication/vnd.oasis".utf8) {
      return FileSignature("an OpenDocument file (.ods)", saveAsCSV)
    }
    if name.suffix(4).elementsEqual(".npy".utf8) {
      return FileSignature(
        "an archive of NumPy arrays (NPZ)",
        #"save each array by itself with numpy.save and read it with "format": "npy""#)
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
    return FileSignature("a safetensors file", "save its arrays with numpy.save")
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
