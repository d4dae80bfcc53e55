internal import Glibc

/// The device and the number in it that tell a file from all others of its machine, whatever they are called, and
/// whatever is written to them.
///
/// Whether nobody has written to a file either is what `FileIdentity` tells.
struct FileNumber: Equatable {
  var device: UInt64
  var inode: UInt64

  init(_ info: stat) { (device, inode) = (UInt64(info.st_dev), UInt64(info.st_ino)) }
}
