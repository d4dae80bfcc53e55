package import Collectives
package import Datasets
internal import Platform
internal import Specs

extension LoadedData {
  /// Reads the data of a run; collective.
  package init(_ config: RunConfig, options: RunOptions, cluster: any Cluster) throws {
    var context = DataContext(baseDirectory: options.baseDirectory)
    context.profilesColumns = options.profilesColumns
    context.cacheKey = DataCaching.key(of: config)
    try self.init(
      config.data, targets: config.loss.demand, context: context,
      seed: config.seed, environment: options.environment, cluster: cluster)
  }
}

extension Run {
  /// Figures of the training source's columns, on a rank that has read it with ``RunOptions/profilesColumns``.
  package var columnProfile: TableProfile? { trainer.data.prepared.profile }
}

extension RunSummary {
  /// Refuses to hand out the summary of a run on other data; collective.
  package func requireData(_ config: RunConfig, options: RunOptions, cluster: any Cluster) throws {
    // Summaries of earlier builds do not tell, or tell what only they can compute.
    guard let fingerprint = dataFingerprint else { return }
    guard arithmetic == ArithmeticNumber.current else {
      if cluster.rank == 0 {
        StandardError.write(
          "note: \(options.outputDirectory): the run was finished by a build with arithmetic number "
            + "\(arithmetic.map(String.init) ?? "?"), this build has \(ArithmeticNumber.current): whether the data are those that it was "
            + "trained on is not looked at")
      }
      return
    }
    let data = try LoadedData(config, options: options, cluster: cluster)
    guard data.fingerprint == fingerprint else {
      throw RunError(
        .data,
        "\(options.outputDirectory): the run is finished, and the data are not those that it was trained on; choose another "
          + "--output, or start anew with --resume never")
    }
  }
}
