import Platform
import Specs
import Testing

@testable import Datasets

/// Sentences that no small file of a test brings about: those of full memory, of libraries that fail, and of others who
/// write meanwhile.
struct FarSentence: Sendable, CustomTestStringConvertible {
  var error: DataError
  var sentence: String
  var code = ExitCode.data
  var testDescription: String { sentence }

  private static func hdf5(_ problem: HDF5Problem, _ words: String, _ code: ExitCode = .data) -> FarSentence {
    FarSentence(error: .hdf5(file: "x.h5", problem), sentence: "x.h5: " + words, code: code)
  }

  private static let repack = "write it again with `h5repack -f GZIP=4 FILE NEW`"
  private static let damaged =
    "the file is damaged, or the library is: fetch the file again, \(repack), or install another library"

  static let memory: [FarSentence] = [
    FarSentence(
      error: .tooLarge(file: "x.npy", byteCount: 4_000_000_000, available: 1_000_000_000),
      sentence: "x.npy: needs 4.0 GB of memory and this machine has 1.0 GB; use a smaller file"),
    FarSentence(
      error: .columnsTooLarge(file: "t.csv", byteCount: 4_000_000_000, available: 1_000_000_000),
      sentence: "t.csv: its columns need 4.0 GB of memory and this machine has 1.0 GB; use a smaller file, or leave "
        + "its rows in a file with data.cache \"on\" (and data.cache_directory, where there is no room beside it)"),
    FarSentence(
      error: .noRoomForColumns(file: "t.csv", directory: "/scratch", problem: FileProblem(28)),
      sentence: "t.csv: its columns do not fit into memory, and cannot be written to /scratch either (no space left on "
        + "device); free space or name another directory in data.cache_directory", code: .inputOutput),
    FarSentence(
      error: .sparse(
        file: "x.svm", .dense(rows: 3_000_000, width: 1000, byteCount: 12_000_000_000, available: 1_000_000_000)),
      sentence: "x.svm: 3000000 rows of 1000 features take 12.0 GB or more, because zeros are held too, and this "
        + "machine has 1.0 GB; give fewer rows or features"),
  ]

  static let others: [FarSentence] = [
    FarSentence(
      error: .changedCache(file: ".t.csv.ptrain-cache", use: .training),
      sentence: ".t.csv.ptrain-cache: the cache was written to while its rows were trained on; give the same command "
        + "again when nobody writes to it, or with data.cache \"off\""),
    FarSentence(
      error: .changedCache(file: ".t.csv.ptrain-cache", use: .reading),
      sentence: ".t.csv.ptrain-cache: the cache was written to while its rows were read; give the same command again "
        + "when nobody writes to it, or with data.cache \"off\""),
    FarSentence(
      error: .changed(file: "x.npy", use: .training, change: "it was written to"),
      sentence: "x.npy: changed while it was trained on: it was written to; give the same command again when nobody "
        + "writes to it, or with data.mapping \"never\", which copies it before the first step"),
    FarSentence(
      error: .changed(file: "t.csv", use: .reading, change: "it was written to"),
      sentence: "t.csv: changed while it was read: it was written to; give the same command again when nobody writes "
        + "to it"),
    FarSentence(
      error: .otherThanMapped(file: "x.npy", path: "/data/x.npy", found: "another file has that name"),
      sentence: "x.npy: is mapped by the first rank of this node, and another one does not find the same at "
        + "/data/x.npy: another file has that name; start the ranks of a node where they see the same files, or set "
        + "data.mapping to \"never\""),
    FarSentence(
      error: .foreignView("a row that is not there"),
      sentence: "the data: another rank has sent a view that is none of the rows here: a row that is not there; start "
        + "all ranks with the same build of ptrain and the same data", code: .internalError),
    FarSentence(
      error: .noTargets(file: "t.csv"),
      sentence: "t.csv: no targets are given; add the key 'targets' to this data source"),
    FarSentence(
      error: .targetCountsDiffer(file: "v.npy", found: 1, expected: 3),
      sentence: "v.npy: has 1 target per row, the training source has 3"),
  ]

  static let library: [FarSentence] = [
    hdf5(
      .noLibrary,
      "reading HDF5 needs the HDF5 library, and this machine has none that the linker finds; install it (Debian and "
        + "Ubuntu: apt-get install libhdf5-103-1, or libhdf5-310 of later releases), or name its directory in "
        + "LD_LIBRARY_PATH",
      .missingInput),
    hdf5(
      .oldLibrary(version: "1.8.4"),
      "the HDF5 library of this machine is version 1.8.4, and reading needs 1.10.5 or later; install a later one, or "
        + "name its directory in LD_LIBRARY_PATH", .missingInput),
    hdf5(
      .cannotStart(reason: "Resource temporarily unavailable"),
      "the process that describes HDF5 files cannot be started (Resource temporarily unavailable); end other "
        + "processes, or raise the limits (ulimit -u)", .inputOutput),
    hdf5(.crashed(signal: 11), "the HDF5 library ended by signal 11 while it described the file; \(damaged)"),
    hdf5(
      .ended(code: 3), "the process that describes the file ended with code 3 and without an answer; \(damaged)"),
    hdf5(
      .silent(seconds: 60),
      "the HDF5 library has not described the file within 60 seconds; look whether its file system answers, or "
        + "\(repack)"),
    hdf5(.misdescribed, "the HDF5 library describes the file in a way that cannot be; \(damaged)"),
    hdf5(
      .unreadable("/x", reason: "unknown message", library: "1.10.8"),
      "dataset '/x': the HDF5 library 1.10.8 cannot describe it (unknown message); write it again if it is damaged, or "
        + "install a later library where the file was written by one"),
    hdf5(.elsewhere("/x", place: .unknown), "dataset '/x': is stored in a way that is not known; \(repack)"),
    hdf5(
      .tooGreat("/x", row: 7),
      "dataset '/x': in row 7 (counted from 0), or soon behind it, a number is beyond 9223372036854775807; store it as "
        + "float64"),
    hdf5(
      .sparse("/x", stored: 1, count: 900_000),
      "dataset '/x': only 1 of its 900000 chunks was ever written to; cut it to the rows that have data (with h5py: "
        + "dataset.resize), or write the others"),
    hdf5(
      .tooManyChunks("/x"),
      "dataset '/x': is in more than \(HDF5ChunkTable.limit) chunks, and at most so many are read; write it again with "
        + "larger ones (`h5repack -l DATASET:CHUNK=ROWSxCOLUMNS FILE NEW`)"),
    hdf5(.textWeight("/w"), "dataset '/w': is text, and sample weights are numbers; store numbers"),
    hdf5(
      .otherType("/x", found: "float64", expected: "float32", first: "a.h5"),
      "dataset '/x': is read as float64, and in a.h5 as float32; give it the same type in all files"),
  ]
}

@Suite struct FarSentenceTests {
  @Test(
    "a sentence for what no file of a test can bring about",
    arguments: FarSentence.memory + FarSentence.others + FarSentence.library)
  func sentence(of far: FarSentence) {
    #expect(far.error.sentence == far.sentence)
    #expect(far.error.exitCode == far.code)
  }

  @Test("why a cache is not used, where that is no reason to be silent")
  func cacheFaults() {
    #expect(CacheFault.foreign.words == "belongs to another user")
    #expect(CacheFault.damaged("its header is not what was written").words?.hasPrefix("is damaged (") == true)
    #expect(CacheFault.unreadable("input/output error").words == "cannot be read (input/output error)")
    for fault in [CacheFault.absent, .otherVersion, .otherKey, .outdated] { #expect(fault.words == nil) }
  }
}
