internal import Collectives
package import Datasets
internal import Foundation
package import Platform
internal import Specs

/// Makes and reads the cache of a table by itself, for those who try what a damaged one does.
package enum CacheProbe {
  /// The bytes of the cache of a table of text in a directory.
  package static func make(
    _ section: DataSection, in directory: String, environment: ProcessEnvironment
  ) throws -> [UInt8] {
    var context = DataContext(baseDirectory: directory)
    context.cacheKey = ""
    _ = try LoadedData(
      section, targets: .byColumns, context: context, seed: 1, environment: environment, cluster: SoloCluster())
    guard let cache = DataCache(section, key: "", in: context) else { return [] }
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: cache.path)))
  }

  /// Looks at a cache as a run does, but for the text, and at all its rows.
  ///
  /// - Throws: a `ReportableError` where it is not one.
  package static func read(_ path: String) throws {
    let file: CacheFile
    do throws(CacheFault) {
      file = try CacheFile(path)
      try file.requireWhole {}
    } catch { throw RunError(.data, "\(path): the cache \(error.words ?? "is another one")") }
    let data: KeptData
    do { data = try KeptData(file) } catch let fault as CacheFault {
      throw RunError(.data, "\(path): the cache \(fault.words ?? "is another one")")
    }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: file.rowByteCount, alignment: 64)
    defer { memory.deallocate() }
    do throws(CacheFault) { try file.copyRows(into: memory) {} } catch {
      throw RunError(.data, "\(path): the cache \(error.words ?? "is another one")")
    }
    let prepared = PreparedData(data.description, layout: data.layout, region: UnsafeRawBufferPointer(memory))
    guard DataFingerprint.compute(prepared, progress: {}) == data.fingerprint else {
      throw RunError(.data, "\(path): the cache has rows of another fingerprint")
    }
  }
}
