import Specs

extension HDF5Problem {
  /// The problem and the way out, behind the file's name.
  var words: String {
    switch self {
    case .noLibrary:
      "reading HDF5 needs the HDF5 library, and this machine has none that the linker finds; install it (Debian and Ubuntu: apt-get "
        + "install libhdf5-103-1, or libhdf5-310 of later releases), or name its directory in LD_LIBRARY_PATH"
    case .oldLibrary(let version):
      "the HDF5 library of this machine is version \(version.excerpt(20)), and reading needs 1.10.5 or later; install a later one, or name its "
        + "directory in LD_LIBRARY_PATH"
    case .cannotStart(let reason):
      "the process that describes HDF5 files cannot be started (\(reason.excerpt(120))); end other processes, or raise the limits (ulimit -u)"
    case .crashed(let signal):
      "the HDF5 library ended by signal \(signal) while it described the file; \(Self.wayOut)"
    case .ended(let code):
      "the process that describes the file ended with code \(code) and without an answer; \(Self.wayOut)"
    case .silent(let seconds):
      "the HDF5 library has not described the file within \(seconds) seconds; look whether its file system answers, or \(Self.repack)"
    case .misdescribed: "the HDF5 library describes the file in a way that cannot be; \(Self.wayOut)"
    case .notHDF5(let isText):
      isText
        ? #"is not an HDF5 file but text; read a table of text with "format": "csv", "path" and "targets""#
        : "is not an HDF5 file (its signature is missing); fetch it again, or name the format that it has"
    case .unopened(let reason, let library):
      "the HDF5 library \(library.excerpt(20)) cannot open it (\(reason.excerpt(120))); fetch it again if it is damaged, close it where a program "
        + "is writing it, or install a later library"
    case .noDataset, .isGroup, .unreadable, .elsewhere, .type, .textFeature, .textWeight, .severalTextTargets, .filter,
      .unfilteredEdges, .tooManyChunks, .attribute, .scalar, .neverWritten, .sparse, .damaged, .tooGreat, .notUTF8,
      .otherShape, .otherType:
      datasetWords
    }
  }

  private var datasetWords: String {
    switch self {
    case .noDataset(let name, let known):
      known.isEmpty
        ? "has no dataset \(quoted(name)), and none at all; give a file with datasets"
        : "has no dataset \(quoted(name)); \(NearMiss.hint(name, among: known, shown: shown(known)))"
    case .isGroup(let name, let known):
      known.isEmpty
        ? "\(quoted(name)) is a group; give the path of a dataset"
        : "\(quoted(name)) is a group; give the path of a dataset: \(shown(known).joined(separator: ", "))"
    case .unreadable(let name, let reason, let library):
      "dataset \(quoted(name)): the HDF5 library \(library.excerpt(20)) cannot describe it (\(reason.excerpt(120))); write it again if it is "
        + "damaged, or install a later library where the file was written by one"
    case .elsewhere(let name, .externalFile):
      "dataset \(quoted(name)): its data are in an external file, which is not read; \(Self.repack)"
    case .elsewhere(let name, .virtual):
      "dataset \(quoted(name)): is virtual, made of other files' datasets; give these files as a list in 'path', or copy it with h5py: "
        + "new[name] = old[name][...]"
    case .elsewhere(let name, .unknown):
      "dataset \(quoted(name)): is stored in a way that is not known; \(Self.repack)"
    case .elsewhere(let name, .link(let file)):
      "\(quoted(name)) is a link to another file, \(file.excerpt(120)); give that file as 'path'"
    case .type(let name, "text of any length"):
      "dataset \(quoted(name)): holds text of any length, and only text of a fixed length is read, as targets; convert it (with h5py and NumPy: "
        + "new[name] = numpy.char.encode(old[name].asstr()[...].astype('U'), 'utf-8'))"
    case .type(let name, let found):
      "dataset \(quoted(name)): elements of type \(found.excerpt(60)) cannot be used; allowed: whole numbers of 8 to 64 bits, float16, float32, "
        + "float64, bool, and as targets text of a fixed length; convert it (with h5py: new[name] = old[name].astype('float32')), or store "
        + "each field as a dataset of its own"
    case .textFeature(let name):
      "dataset \(quoted(name)): is text, and features are numbers; store numbers, or give the table as CSV with 'categorical'"
    case .textWeight(let name):
      "dataset \(quoted(name)): is text, and sample weights are numbers; store numbers"
    case .severalTextTargets(let name):
      "dataset \(quoted(name)): is text, and such targets are one alone, with one text a row; name one dataset in 'targets'"
    case .filter(let name, let found):
      "dataset \(quoted(name)): is compressed with \(found.excerpt(60)), which is not read; known: deflate (gzip), shuffle, fletcher32; \(Self.repack)"
    case .scalar(let name):
      "dataset \(quoted(name)): holds one value and no rows; give a dataset whose first axis counts the rows"
    case .neverWritten(let name):
      "dataset \(quoted(name)): was created and never written to; write its data, or name another"
    case .sparse(let name, let stored, let count):
      "dataset \(quoted(name)): only \(stored) of its \(count) chunks \(stored == 1 ? "was" : "were") ever written to; cut it to the rows that "
        + "have data (with h5py: dataset.resize), or write the others"
    case .damaged(let name, let reason):
      "dataset \(quoted(name)): is damaged (\(reason)); fetch the file again, or write it again"
    case .tooGreat(let name, let row):
      "dataset \(quoted(name)): in row \(row) (counted from 0), or soon behind it, a number is beyond 9223372036854775807; store it as float64"
    case .unfilteredEdges(let name):
      "dataset \(quoted(name)): the chunks at its edges are not compressed (H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS), which is not read; "
        + Self.repack
    case .tooManyChunks(let name):
      "dataset \(quoted(name)): is in more than \(HDF5ChunkTable.limit) chunks, and at most so many are read; write it again with larger ones "
        + "(`h5repack -l DATASET:CHUNK=ROWSxCOLUMNS FILE NEW`)"
    case .attribute(let name, let attribute, let found):
      "dataset \(quoted(name)): its attribute '\(attribute.excerpt(40))' is \(found.excerpt(60)), which cannot be followed; write it as "
        + "\(attribute == "_Unsigned" ? #""true" or "false""# : "numbers"), or delete it (with h5py: del file[name].attrs['\(attribute.excerpt(40))'])"
    case .notUTF8(let name, let row):
      "dataset \(quoted(name)): the text of row \(row) (counted from 0) is not UTF-8; write it again in UTF-8"
    case .otherShape(let name, let found, let expected, let first):
      "dataset \(quoted(name)): has shape \(words(found)), and in \(first.excerpt(120)) rows have shape \(words(expected)); files that are read as "
        + "one differ in the first axis alone"
    case .otherType(let name, let found, let expected, let first):
      "dataset \(quoted(name)): is read as \(found), and in \(first.excerpt(120)) as \(expected); give it the same type in all files"
    default: ""
    }
  }

  private static let repack = "write it again with `h5repack -f GZIP=4 FILE NEW`"
  private static let wayOut =
    "the file is damaged, or the library is: fetch the file again, \(repack), or install another library"

  private func quoted(_ name: String) -> String { "'\(name.excerpt(80))'" }

  private func shown(_ names: [String]) -> [String] {
    let short = names.prefix(24).map { $0.excerpt(60) }
    return names.count <= 24 ? short : short + ["… (\(names.count) in all)"]
  }

  private func words(_ shape: [Int]) -> String {
    shape.count > 8
      ? Shape(Array(shape.prefix(8))).description + "×… (\(shape.count) dimensions)"
      : shape.isEmpty ? "()" : Shape(shape).description
  }
}
