internal import Collectives
internal import Kernels
internal import Platform
package import Specs

/// What a run was trained with and on: what of `summary.json` is not the same everywhere, and does not decide on the
/// weights.
///
/// Weights, data and arithmetic stand beside it, by hashes and by number.
package struct RunProvenance: Sendable, Equatable {
  /// Ranks on CPUs of one model, at one level of instructions.
  package struct Processors: Sendable, Equatable {
    /// As the system calls it; nil where it does not.
    package var model: String?
    /// Like `avx512`.
    package var instructionSet: String
    package var ranks: Int
  }

  /// As in the model: ``ModelProvenance``.
  package var version: String
  package var configHash: String
  /// ``BuildFacts`` of the first rank's program.
  package var commit: String?
  package var compiler: String?
  /// The library between the ranks, like `Open MPI v4.1.4`; nil: one process without it.
  package var library: String?
  /// In the order of the first rank of each.
  package var processors: [Processors]

  /// That of a run on these ranks; collective.
  static func gather(
    _ model: ModelProvenance, build: BuildFacts = .ofThisProgram, cluster: any Cluster
  ) throws -> RunProvenance {
    var processors: [Processors] = []
    for (name, level) in try cluster.gather(ProcessorName.model, InstructionSet.active.name) {
      if let known = processors.firstIndex(where: { ($0.model, $0.instructionSet) == (name, level) }) {
        processors[known].ranks += 1
      } else {
        processors.append(Processors(model: name, instructionSet: level, ranks: 1))
      }
    }
    return RunProvenance(
      version: model.version, configHash: model.configHash, commit: build.commit, compiler: build.compiler,
      library: cluster.library, processors: processors)
  }
}

extension RunProvenance: ResultEncodable, ResultDecodable {
  package var json: ConfigValue {
    .record([
      "version": version, "config_sha256": configHash, "commit": commit.orNull, "compiler": compiler, "mpi": library,
      "cpus": processors,
    ])
  }

  package init?(json: ConfigValue) {
    guard let version: String = json.field("version"), let configHash: String = json.field("config_sha256"),
      let processors: [Processors] = json.field("cpus")
    else { return nil }
    self.init(
      version: version, configHash: configHash, commit: json.field("commit"), compiler: json.field("compiler"),
      library: json.field("mpi"), processors: processors)
  }
}

extension RunProvenance.Processors: ResultEncodable, ResultDecodable {
  package var json: ConfigValue { .record(["model": model.orNull, "isa": instructionSet, "ranks": ranks]) }

  package init?(json: ConfigValue) {
    guard let instructionSet: String = json.field("isa"), let ranks: Int = json.field("ranks") else { return nil }
    self.init(model: json.field("model"), instructionSet: instructionSet, ranks: ranks)
  }
}
