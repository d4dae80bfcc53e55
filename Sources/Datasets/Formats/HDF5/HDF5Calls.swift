internal import Glibc

/// The functions of the HDF5 library that describe a file.
struct HDF5Calls {
  typealias Identifier = HDF5Library.Identifier
  typealias ToIdentifier = @convention(c) (Identifier) -> Identifier
  typealias ToStatus = @convention(c) (Identifier) -> Int32
  typealias ToCount = @convention(c) (Identifier) -> Int
  typealias ToAddress = @convention(c) (Identifier) -> UInt64
  typealias Extents = UnsafeMutablePointer<UInt64>
  typealias OfName = @convention(c) (Identifier, UnsafePointer<CChar>, Identifier) -> Identifier
  typealias NameOf = @convention(c) (Identifier, UnsafeMutablePointer<CChar>?, Int) -> Int
  typealias EachLink =
    @convention(c) (
      Identifier, UnsafePointer<CChar>?, UnsafeRawPointer?, UnsafeMutableRawPointer?
    ) -> Int32
  typealias EachError = @convention(c) (UInt32, UnsafeRawPointer?, UnsafeMutableRawPointer?) -> Int32
  typealias EachChunk =
    @convention(c) (UnsafePointer<UInt64>?, UInt32, UInt64, UInt64, UnsafeMutableRawPointer?) -> Int32

  let library: HDF5Library

  // Files
  let createPropertyList: ToIdentifier
  let closePropertyList: ToStatus
  let accessClass: Identifier
  let setLocking: (@convention(c) (Identifier, Bool, Bool) -> Int32)?
  let openFile: @convention(c) (UnsafePointer<CChar>, UInt32, Identifier) -> Identifier
  let closeFile: ToStatus
  let fileName: NameOf
  let fileCreation: ToIdentifier
  let userBlock: @convention(c) (Identifier, Extents) -> Int32
  let walkErrors: @convention(c) (Identifier, Int32, EachError, UnsafeMutableRawPointer?) -> Int32
  let visitLinks: @convention(c) (Identifier, Int32, Int32, EachLink, UnsafeMutableRawPointer?) -> Int32
  let openObject: OfName
  let closeObject: ToStatus
  let kind: ToStatus

  // Data sets
  let space: ToIdentifier
  let closeSpace: ToStatus
  let rank: ToStatus
  let extents: @convention(c) (Identifier, Extents?, Extents?) -> Int32
  let extentKind: ToStatus
  let type: ToIdentifier
  let creation: ToIdentifier
  let storageSize: ToAddress
  let offset: ToAddress
  let layout: ToStatus
  let externalCount: ToStatus
  let chunk: @convention(c) (Identifier, Int32, Extents) -> Int32
  let chunkOptions: (@convention(c) (Identifier, UnsafeMutablePointer<UInt32>) -> Int32)?
  let filterCount: ToStatus
  let filter:
    @convention(c) (
      Identifier, UInt32, UnsafeMutablePointer<UInt32>?, UnsafeMutablePointer<Int>, UnsafeMutablePointer<UInt32>, Int,
      UnsafeMutablePointer<CChar>, UnsafeMutablePointer<UInt32>?
    ) -> Int32
  let fillValue: @convention(c) (Identifier, Identifier, UnsafeMutableRawPointer) -> Int32
  let chunkCount: @convention(c) (Identifier, Identifier, Extents) -> Int32
  let chunkInfo:
    @convention(c) (
      Identifier, Identifier, UInt64, Extents, UnsafeMutablePointer<UInt32>, Extents, Extents
    ) -> Int32
  let eachChunk: (@convention(c) (Identifier, Identifier, EachChunk, UnsafeMutableRawPointer?) -> Int32)?
  let printChunks: ToStatus?
  let readChunk:
    @convention(c) (
      Identifier, Identifier, UnsafePointer<UInt64>, UnsafeMutablePointer<UInt32>, UnsafeMutableRawPointer
    )
      -> Int32
  let read:
    @convention(c) (Identifier, Identifier, Identifier, Identifier, Identifier, UnsafeMutableRawPointer) -> Int32

  // Types
  let closeType: ToStatus
  let typeClass: ToStatus
  let typeSize: ToCount
  let byteOrder: ToStatus
  let sign: ToStatus
  let precision: ToCount
  let bitOffset: ToStatus
  let exponentBias: ToCount
  let floatFields:
    @convention(c) (
      Identifier, UnsafeMutablePointer<Int>, UnsafeMutablePointer<Int>, UnsafeMutablePointer<Int>,
      UnsafeMutablePointer<Int>, UnsafeMutablePointer<Int>
    ) -> Int32
  let baseType: ToIdentifier
  let isVariableText: ToStatus
  let padding: ToStatus

  // Attributes
  let hasAttribute: @convention(c) (Identifier, UnsafePointer<CChar>) -> Int32
  let openAttribute: OfName
  let closeAttribute: ToStatus
  let attributeType: ToIdentifier
  let attributeSpace: ToIdentifier
  let pointCount: ToCount
  let readAttribute: @convention(c) (Identifier, Identifier, UnsafeMutableRawPointer) -> Int32
  let double: Identifier

  init(_ library: HDF5Library) throws(HDF5Library.Lack) {
    self.library = library
    createPropertyList = try library.function("H5Pcreate")
    closePropertyList = try library.function("H5Pclose")
    accessClass = try library.identifier("H5P_CLS_FILE_ACCESS_ID_g")
    setLocking = library.optionalFunction("H5Pset_file_locking")
    openFile = try library.function("H5Fopen")
    closeFile = try library.function("H5Fclose")
    fileName = try library.function("H5Fget_name")
    fileCreation = try library.function("H5Fget_create_plist")
    userBlock = try library.function("H5Pget_userblock")
    walkErrors = try library.function("H5Ewalk2")
    // Its callback looks at the name alone, which all versions hand over alike.
    let visit = ["H5Lvisit1", "H5Lvisit", "H5Lvisit2"].first(where: library.has)
    visitLinks = try library.function(visit ?? "H5Lvisit")
    openObject = try library.function("H5Oopen")
    closeObject = try library.function("H5Oclose")
    kind = try library.function("H5Iget_type")
    space = try library.function("H5Dget_space")
    closeSpace = try library.function("H5Sclose")
    rank = try library.function("H5Sget_simple_extent_ndims")
    extents = try library.function("H5Sget_simple_extent_dims")
    extentKind = try library.function("H5Sget_simple_extent_type")
    type = try library.function("H5Dget_type")
    creation = try library.function("H5Dget_create_plist")
    storageSize = try library.function("H5Dget_storage_size")
    offset = try library.function("H5Dget_offset")
    layout = try library.function("H5Pget_layout")
    externalCount = try library.function("H5Pget_external_count")
    chunk = try library.function("H5Pget_chunk")
    // Since 1.10.
    chunkOptions = library.optionalFunction("H5Pget_chunk_opts")
    filterCount = try library.function("H5Pget_nfilters")
    filter = try library.function("H5Pget_filter2")
    fillValue = try library.function("H5Pget_fill_value")
    chunkCount = try library.function("H5Dget_num_chunks")
    chunkInfo = try library.function("H5Dget_chunk_info")
    // Before 1.14 it handed over sizes of 32 bits.
    eachChunk = library.version.lexicographicallyPrecedes([1, 14]) ? nil : library.optionalFunction("H5Dchunk_iter")
    printChunks = library.optionalFunction("H5Ddebug")
    // A macro stands for one of these.
    readChunk =
      try library.has("H5Dread_chunk1") ? library.function("H5Dread_chunk1") : library.function("H5Dread_chunk")
    read = try library.function("H5Dread")
    closeType = try library.function("H5Tclose")
    typeClass = try library.function("H5Tget_class")
    typeSize = try library.function("H5Tget_size")
    byteOrder = try library.function("H5Tget_order")
    sign = try library.function("H5Tget_sign")
    precision = try library.function("H5Tget_precision")
    bitOffset = try library.function("H5Tget_offset")
    exponentBias = try library.function("H5Tget_ebias")
    floatFields = try library.function("H5Tget_fields")
    baseType = try library.function("H5Tget_super")
    isVariableText = try library.function("H5Tis_variable_str")
    padding = try library.function("H5Tget_strpad")
    hasAttribute = try library.function("H5Aexists")
    openAttribute = try library.function("H5Aopen")
    closeAttribute = try library.function("H5Aclose")
    attributeType = try library.function("H5Aget_type")
    attributeSpace = try library.function("H5Aget_space")
    pointCount = try library.function("H5Sget_simple_extent_npoints")
    readAttribute = try library.function("H5Aread")
    double = try library.identifier("H5T_NATIVE_DOUBLE_g")
  }
}
