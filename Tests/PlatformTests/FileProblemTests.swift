import Glibc
import Testing

@testable import Platform

/// Each reason for which a file cannot be written or read has its own way out.
@Suite struct FileProblemTests {
  static let ways: [(number: Int32, writing: String, reading: String)] = [
    (ENOSPC, "free space or go", "look"),
    (EDQUOT, "this user's quota is used up: remove files, have it raised or go", "look"),
    (EFBIG, "raise the limit on a file's size (ulimit -f) where there is one or go", "look"),
    (EMFILE, "raise the limit on open files (ulimit -n)", "raise the limit on open files (ulimit -n)"),
    (
      ENFILE, "end programs of this machine that hold many files, or raise its limit (sysctl fs.file-max)",
      "end programs of this machine that hold many files, or raise its limit (sysctl fs.file-max)"
    ),
    (EROFS, "have it mounted for writing or go", "look"),
    (EACCES, "give this user the right to write there or go", "give this user the right to read it or look"),
    (EPERM, "give this user the right to write there or go", "give this user the right to read it or look"),
    (ENAMETOOLONG, "take shorter names or go", "look"),
    (ENOENT, "make the directory that is missing there or go", "look"),
    (ENOTDIR, "remove the file that is where a directory should be or go", "look"),
    (ELOOP, "remove the link that is there or go", "look"),
    (EISDIR, "remove the directory of that name or go", "look"),
    (EPIPE, "see why its reader has ended or go", "look"),
    (EIO, "look at that file system (dmesg) or go", "look at that file system (dmesg) or look"),
    (EINVAL, "go", "look"),
  ]

  @Test("ways out", arguments: ways)
  func way(_ row: (number: Int32, writing: String, reading: String)) {
    let problem = FileProblem(row.number)
    #expect(problem.wayOut(or: "go") == row.writing)
    #expect(problem.wayOut(ofReadingOr: "look") == row.reading)
    #expect(problem.wayOut(or: "go").contains("free space") == (row.number == ENOSPC))
  }

  @Test("that of the last call")
  func last() {
    #expect(open("/nowhere/at/all", O_RDONLY) < 0)
    let problem = FileProblem()
    #expect(problem == FileProblem(ENOENT) && problem.words == "No such file or directory")
    #expect(!problem.isOfDescriptors && FileProblem(EMFILE).isOfDescriptors && FileProblem(ENFILE).isOfDescriptors)
  }
}
