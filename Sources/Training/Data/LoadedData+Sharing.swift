internal import Collectives
internal import Datasets
internal import Foundation
internal import Platform
internal import Specs

extension LoadedData {
  /// Nodes have copies of a file that are not the same.
  static func otherData(_ file: String) -> RunError {
    RunError(
      .data, "\(file): what this node holds is not what the first rank's node holds; give all nodes the same files")
  }

  /// Reads data on one rank of each node, or finds them as they were read earlier, in memory that the node's ranks
  /// share or in a file that they map; collective.
  ///
  /// - Parameters:
  ///   - use: what they are read for.
  ///   - read: reads them; what it is given is to be called now and then, because the other ranks wait.
  /// - Returns: the data, and what was read on the ranks that have read.
  static func shareRead(
    _ cluster: any Cluster, _ environment: ProcessEnvironment, for use: DataUse,
    _ read: (_ progress: @escaping () -> Void) throws -> ReadData
  ) throws -> (PreparedData, ReadData?) {
    let isLeader = cluster.place.rankOnNode == 0
    let progress = { cluster.showProgress() }
    cluster.enter(.readingData)
    func requireRoom(_ layout: DataLayout) throws {
      try Self.requireRoom(for: layout, isShared: cluster.place.ranksOnNode > 1, environment)
    }
    let data = try cluster.agree(describe: describeFailure) {
      guard isLeader else { return ReadData?.none }
      let data = try read(progress)
      if data.rows == nil { try requireRoom(data.layout) }
      return data
    }
    let preparation = data?.preparation
    let own = data.map { made in
      ConfigValue.object([
        .init("description", made.description.configValue), .init("layout", made.layout.copied.configValue),
      ])
    }
    let found = try cluster.broadcast(own ?? .null, from: 0)
    let description = try DataDescription(found["description"] ?? .null)
    guard var layout = found["layout"].flatMap(DataLayout.init) else {
      preconditionFailure("the layout of the data is this build's own")
    }
    try cluster.agree(describe: describeFailure) {
      guard let data else { return }
      let isSame = data.layout.copied == layout && data.description == description
      guard !isSame else { return }
      throw Self.otherData(data.file)
    }
    let (mappings, isAnyMapped) = try shareMappings(of: data?.layout, cluster)
    for (index, mapping) in mappings.enumerated() { layout.sources[index].mapping = mapping }
    let files = try cluster.agree(describe: describeFailure) {
      try preparation?.mappedFiles ?? mappings.map { try $0.map { try MappedDataFile($0, use: use) } }
    }
    let (rows, areAnyMapped) = try shareRows(data?.rows, for: use, cluster)
    try cluster.agree(describe: describeFailure) {
      // Another rank does not find what this one has mapped.
      if let data, data.rows != nil, rows == nil { try requireRoom(layout) }
    }
    // Behind the rows a word by which one rank speaks where a mapped file becomes shorter.
    let word = rows == nil ? layout.byteCount : 0
    let end = word + (layout.mapped.isEmpty && rows == nil ? 0 : 64)
    let region = try cluster.sharedMemory(byteCount: isLeader ? end : nil, isCleared: false)
    if isLeader { region[word..<end].initializeMemory(as: UInt8.self, repeating: 0) }
    try cluster.agree(describe: describeFailure) {
      if rows == nil { try data?.write(into: region, progress: progress) }
    }
    try cluster.nodeBarrier()
    if let base = region.baseAddress {
      for file in files { file?.share(base + word) }
      rows?.share(base + word)
    }
    try cluster.agree(describe: describeFailure) { try preparation?.requireUnchanged() }
    var prepared = PreparedData(
      description, layout: layout, region: rows?.bytes ?? UnsafeRawBufferPointer(region), files: files, owner: cluster)
    prepared.cachedRows = rows
    prepared.isAnyMapped = isAnyMapped || areAnyMapped
    if let data {
      (prepared.notes, prepared.dropped) = (data.notes, data.dropped)
      prepared.profile = data.profile
    }
    return (prepared, data)
  }

  /// The rows in a file that the node's first rank has mapped, where all ranks of the node find them, and whether any
  /// node has such; collective.
  private static func shareRows(
    _ own: MappedRows?, for use: DataUse, _ cluster: any Cluster
  ) throws -> (own: MappedRows?, isAny: Bool) {
    let node = cluster.place.node, places = try cluster.gather(own?.place, node)
    guard places.contains(where: { $0.0 != nil }) else { return (nil, false) }
    let place = places.first { $0.1 == node && $0.0 != nil }?.0
    let rows = own ?? place.flatMap { MappedRows($0, use: use) }
    let found = try cluster.gather(place == nil || rows != nil, node)
    return (found.allSatisfy { $0.1 != node || $0.0 } ? rows : nil, true)
  }

  /// Where the features of each source stay on this node, as its first rank says, and whether they do so on any;
  /// collective.
  ///
  /// Nodes may differ in that: by their memory, or because a copy of a file is compressed.
  private static func shareMappings(
    of layout: DataLayout?, _ cluster: any Cluster
  ) throws -> (own: [FileMapping?], isAny: Bool) {
    let all = try cluster.gather(layout?.mappings ?? .null, cluster.place.node).map { value, node in
      (mappings: DataLayout.mappings(value), node: node)
    }
    let own = all.first { $0.node == cluster.place.node && !$0.mappings.isEmpty }?.mappings ?? []
    return (own, all.contains { $0.mappings.contains { $0 != nil } })
  }

  /// Refuses data whose copy for the ranks of a node does not fit beside what was read.
  private static func requireRoom(
    for layout: DataLayout, isShared: Bool, _ environment: ProcessEnvironment
  ) throws {
    let wanted = Double(layout.byteCount),
      left = Double(min(MachineMemory.most, MachineMemory.addressSpace ?? .max))
    guard wanted <= left else {
      throw RunError(
        .data,
        "the data take \(MachineMemory.words(wanted)) of memory on each node, and \(MachineMemory.words(left)) are all that is there; "
          + "give fewer rows or features, or a machine with more memory")
    }
    // Containers keep /dev/shm small, and running out of it is a bus error, not an error code. Open MPI can be told
    // another place.
    var room = statvfs()
    let isElsewhere = environment["OMPI_MCA_osc_sm_backing_directory"] != nil
    if isShared, let limit = FileSpace.sizeLimit, wanted > limit {
      throw RunError(
        .inputOutput,
        "the data take \(FileRoom.words(wanted)) of memory that ranks of a node share, which is a file, and a file may have "
          + "\(FileRoom.words(limit, isRoom: true)) (ulimit -f); raise that limit, or start one rank on each node")
    }
    guard isShared, !isElsewhere, statvfs("/dev/shm", &room) == 0 else { return }
    let shared = Double(room.f_bavail) * Double(room.f_frsize)
    guard wanted <= shared else {
      throw RunError(
        .data,
        "the data take \(MachineMemory.words(wanted)) of memory that ranks of a node share, and /dev/shm has "
          + "\(MachineMemory.words(shared)) left; enlarge it, as with docker's --shm-size, or start one rank on each node"
      )
    }
  }
}
