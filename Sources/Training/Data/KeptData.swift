internal import Collectives
internal import Datasets
internal import Specs

/// All that is known of rows that are kept in a cache.
struct KeptData {
  var description: DataDescription
  var layout: DataLayout
  var notes: [String]
  var dropped: DroppedRows
  /// Whether the figures of columns were wanted when they were read.
  var isProfiled: Bool
  var profile: TableProfile?
  var origins: RowOrigins
  var fingerprint: String
  /// The file of the training rows.
  var file: String

  init(_ preparation: DataPreparation, isProfiled: Bool, fingerprint: String) {
    (description, layout) = (preparation.description, preparation.layout)
    (notes, dropped, profile) = (preparation.notes, preparation.dropped, preparation.profile)
    (self.isProfiled, self.fingerprint) = (isProfiled, fingerprint)
    (origins, file) = (preparation.origins, preparation.trainingOrigin.source.file)
  }

  /// Takes what a cache says of its rows, and believes none of it.
  ///
  /// - Throws: what is wrong with it.
  init(_ file: CacheFile) throws {
    self = try PortableBytes.value(file.metadata)
    guard layout.fits(description, byteCount: file.rowByteCount) else {
      throw CacheFault.damaged("its rows are not what it says of them")
    }
  }
}

extension KeptData: Portable {
  func write(to writer: inout PortableWriter) {
    writer.write(description.configValue)
    writer.write(layout.configValue)
    writer.write(notes)
    writer.write(dropped)
    writer.write(isProfiled)
    writer.write(profile)
    writer.write(origins)
    writer.write(fingerprint)
    writer.write(file)
  }

  init(from reader: inout PortableReader) throws {
    do { description = try DataDescription(reader.read(ConfigValue.self)) } catch let error as ConfigError {
      throw reader.failure(error.sentence)
    }
    guard let layout = DataLayout(try reader.read(ConfigValue.self)) else {
      throw reader.failure("there is no such layout of rows")
    }
    self.layout = layout
    (notes, dropped, isProfiled) = (try reader.read(), try reader.read(), try reader.read())
    (profile, origins, fingerprint) = (try reader.read(), try reader.read(), try reader.read())
    file = try reader.read()
  }
}
