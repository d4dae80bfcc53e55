internal import Collectives
internal import Datasets
internal import Platform
internal import Specs

/// Reads the data of a run, or takes them as they were read earlier; what was read from much text is kept.
///
/// Nothing that goes wrong with a cache keeps a run from its data: it is read without one, and a note says why.
final class DataCaching {
  /// What a person should know of it.
  private(set) var notes: [String] = []
  private var cache: DataCache?
  private var content: DataCache.Content?
  private var isProfiled = false
  /// Bytes from which on rows, or a block of columns, take much memory.
  private let memory: Int

  /// - Parameter memory: nil: a quarter of what there is.
  init(memory: Int? = nil) { self.memory = memory ?? MachineMemory.ofProcess / 4 }

  /// What the rows of a run depend on besides its files of data: the keys of `data` but for those that only say how
  /// rows are used, and what else of the config chooses rows or orders classes.
  static func key(of config: RunConfig) -> String {
    let ignored = ["cache", "cache_directory", "mapping", "shuffle", "augmentation"]
    var members: [ConfigValue.Member] = []
    if case .object(let own)? = config.resolved["data"] { members = own.filter { !ignored.contains($0.key) } }
    // Where the config says that there is a header, a first line of numbers is one; else it is asked for.
    let isStated = config.data.statesHeaders.map { $0 ? "1" : "0" }.joined()
    let isSplit = [config.data.validation, config.data.test].contains { $0?.choice != nil }
    let inputs = config.resolved["model"]?["inputs"]?.compactText ?? ""
    return [
      ConfigValue.object(members).compactText, isSplit ? "seed \(config.seed)" : "", isStated, "\(config.loss.demand)",
      inputs,
      config.data.positiveClass.map { "\($0)" } ?? "", "arithmetic \(ArithmeticNumber.current)",
    ].joined(separator: "\n")
  }

  /// Reads the data on a rank that reads.
  func read(
    _ section: DataSection, in context: DataContext, targets: TargetDemand, seed: UInt64
  ) throws -> ReadData {
    // Folds are cut of other rows than a training has: a cache knows of one kind alone.
    let key = section.folds == nil ? context.cacheKey : nil
    var own = context
    own.overflow = section.overflow(in: context, limit: memory)
    own.offersCache = section.cache == .off && section.isText(in: context)
    guard let key, let cache = DataCache(section, key: key, in: context) else {
      let preparation = try section.prepare(in: own, targets: targets, seed: seed)
      return .prepared(
        preparation,
        try OverflowingRows(preparation, own.overflow, for: context.use, progress: context.progress))
    }
    self.cache = cache
    isProfiled = context.profilesColumns
    let start = Clock.now()
    if let kept = find(cache, isProfiled: isProfiled, context.progress) {
      let rows = takeRows(of: kept.file, use: context.use)
      note("is taken from its cache \(kept.file.path.oneLine) (\(size(kept.file.byteCount)), \(seconds(since: start)))")
      return .kept(kept.data, kept.file, rows)
    }
    let before = cache.unsettledHashes(context.progress)
    let preparation = try section.prepare(in: own, targets: targets, seed: seed)
    content = cache.content(since: before, context.progress)
    guard let content else {
      note("changed while it was read, so that no cache of it is made")
      return .prepared(preparation)
    }
    guard preparation.layout.byteCount > memory else { return .prepared(preparation) }
    return try readThroughFile(preparation, cache, content, context)
  }

  /// Keeps rows that were read, on a rank that has read them; not collective.
  func keep(
    _ prepared: PreparedData, _ data: ReadData, fingerprint: String, node: Int, _ progress: () -> Void
  ) {
    guard let cache, let content, case .prepared(let preparation, _) = data else { return }
    let start = Clock.now(), metadata = metadata(preparation, fingerprint: fingerprint)
    do throws(FileProblem) {
      let draft = try cache.draft()
      // Where all nodes see the file, one of them makes it.
      guard node == 0 || draft.isLocal else { return }
      let byteCount = try cache.keep(prepared, content, metadata: metadata, in: draft, progress)
      note("is kept as read in \(cache.path.oneLine) (\(size(byteCount)), \(seconds(since: start)))")
    } catch { noteFailure(error) }
  }

  private func metadata(_ preparation: DataPreparation, fingerprint: String) -> [UInt8] {
    PortableBytes.of(KeptData(preparation, isProfiled: isProfiled, fingerprint: fingerprint))
  }

  // MARK: - Finding

  private func find(
    _ cache: DataCache, isProfiled: Bool, _ progress: () -> Void
  ) -> (data: KeptData, file: CacheFile)? {
    do {
      let file = try cache.find(progress), data = try KeptData(file)
      return isProfiled && !data.isProfiled ? nil : (data, file)
    } catch {
      let fault = error as? CacheFault ?? .damaged("what it says of its rows cannot be read")
      if let words = fault.words {
        note("its cache \(cache.path.oneLine) \(words) and is not used: the text is read")
      }
      return nil
    }
  }

  /// The rows where they are; copied where another machine may take the file away, if they fit well.
  private func takeRows(of file: CacheFile, use: DataUse) -> MappedRows? {
    file.isLocal || file.rowByteCount > memory ? file.mapped(use) : nil
  }

  // MARK: - Rows that do not fit into memory

  /// Writes rows that take much memory to the cache at once, and takes them from there.
  private func readThroughFile(
    _ preparation: DataPreparation, _ cache: DataCache, _ content: DataCache.Content, _ context: DataContext
  ) throws -> ReadData {
    let start = Clock.now()
    var place = cache.path
    do {
      var draft = try cache.draft()
      // Where machines share a file system, one that replaces another's cache takes the rows away from under it.
      if !draft.isLocal { draft = try cache.draft(ofHost: true) }
      place = draft.path
      try cache.write(preparation, content, in: draft, context.progress) { prepared in
        metadata(preparation, fingerprint: DataFingerprint.compute(prepared, progress: context.progress))
      }
    } catch {
      let problem = error as? CacheWritingProblem, cause = error as? FileProblem ?? problem?.problem ?? FileProblem(0)
      guard problem?.hasBegun == true else {
        noteFailure(cause)
        return .prepared(preparation)
      }
      throw RunError(
        .inputOutput,
        "\(place): rows that take much memory cannot be written there (\(cause.words)); "
          + cause.wayOut(or: "choose another place with data.cache_directory"))
    }
    let file: CacheFile, kept: KeptData
    do {
      file = try cache.reopen(place, content, context.progress)
      kept = try KeptData(file)
    } catch {
      let fault = error as? CacheFault ?? .damaged("what it says of its rows cannot be read")
      throw RunError(
        .inputOutput,
        "\(place): the cache that was just written "
          + (fault.words.map { "\($0); choose another place with data.cache_directory" }
            ?? "has gone or is another by now; give the same command again when nobody else makes it, or name a data.cache_directory of "
            + "its own"))
    }
    guard let rows = file.mapped(context.use) else {
      throw RunError(
        .inputOutput,
        "\(place): the file system of the cache has no memory-mapped files; choose another place with "
          + "data.cache_directory"
      )
    }
    note(
      "takes much memory, so that its rows stay in \(place.oneLine) (\(size(file.byteCount)), \(seconds(since: start)))"
    )
    self.content = nil
    return .kept(kept, file, rows)
  }

  // MARK: - Words

  private func note(_ text: String) { notes.append("\(cache?.name.oneLine ?? "the data"): \(text)") }

  private func noteFailure(_ problem: FileProblem) {
    guard let cache else { return }
    note(
      "no cache is made at \(cache.path.oneLine) (\(problem.words)); "
        + problem.wayOut(or: "choose another place with data.cache_directory, or set data.cache to \"off\""))
  }

  private func size(_ byteCount: Int) -> String { FileRoom.words(Double(byteCount)) }

  private func seconds(since start: Double) -> String {
    "\(((Clock.now() - start) * 1000).rounded() / 1000) s"
  }
}
