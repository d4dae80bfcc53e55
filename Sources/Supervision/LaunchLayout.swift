internal import Foundation
internal import Platform

/// How many ranks with how many threads mpirun starts, where, and whether each gets cores of its own.
package struct LaunchLayout: Sendable, Equatable {
  /// What a layout is chosen from.
  package struct Request: Sendable {
    /// Ranks; nil: as many as the hosts have slots.
    package var ranks: Int?
    /// Threads of each rank; nil: the cores are shared out.
    package var threads: Int?
    /// Empty: this machine, or those that a batch system has given to mpirun.
    package var hosts: [HostSlots] = []
    /// Cores of each named host.
    package var coresByHost: [String: Int] = [:]
    /// Cores that this process may use, for hosts without a name.
    package var cores = 1
    /// Machines that share the ranks where no hosts are named.
    package var nodes = 1
    /// Whether mpirun may choose the cores. It does not see that a process is held to a part of them, as by `taskset`.
    package var mayBind = true

    package init() {}
  }

  package var ranks: Int
  package var threads: Int
  package var hosts: [HostSlots]
  /// Whether each rank is bound to as many cores as it has threads.
  package var isBound: Bool
  /// Whether there are more threads than cores.
  package var isOversubscribed: Bool
  /// Whether ranks are on several machines.
  package var isSpread: Bool

  /// Chooses a layout; `request` has ranks or hosts.
  package init(_ request: Request) {
    let slots = request.hosts.reduce(0) { $0 + $1.slots }
    ranks = request.hosts.isEmpty ? request.ranks ?? 1 : min(request.ranks ?? slots, slots)
    hosts = request.hosts
    // Ranks and cores of each machine: hosts are filled in their order.
    var machines: [(ranks: Int, cores: Int)] = []
    if hosts.isEmpty {
      machines.append(((ranks + request.nodes - 1) / max(1, request.nodes), request.cores))
    } else {
      var left = ranks
      for host in hosts where left > 0 {
        machines.append((min(left, host.slots), request.coresByHost[host.name] ?? request.cores))
        left -= host.slots
      }
    }
    let threads = request.threads ?? max(1, machines.map { $0.cores / $0.ranks }.min() ?? 1)
    self.threads = threads
    isOversubscribed = machines.contains { $0.ranks * threads > $0.cores }
    isBound = !isOversubscribed && request.mayBind
    isSpread = max(machines.count, request.nodes) > 1
  }

  /// The command line of mpirun.
  package func line(mpirun: String, program: [String]) -> [String] {
    // Without -q: it would leave out the banner behind our own sentences, but also which rank and host were lost, and
    // every reason why ranks cannot be started at all (too few slots, no such host, no cores to bind to), with code 1
    // and no word.
    var line = [mpirun, "-n", "\(ranks)"]
    if !hosts.isEmpty { line += ["--host", hosts.map(\.text).joined(separator: ",")] }
    line += isBound ? ["--map-by", "slot:PE=\(threads)", "--bind-to", "core"] : ["--bind-to", "none"]
    if isOversubscribed { line.append("--oversubscribe") }
    // Left to itself mpirun takes eight minutes to notice that a machine is silent.
    if isSpread {
      for (name, value) in [("time", 10), ("intvl", 5), ("probes", 3)] {
        line += ["--mca", "oob_tcp_keepalive_\(name)", "\(value)"]
      }
    }
    return line + program
  }

  /// Machines that a batch system has given to this job, as its environment says; 1 without one.
  package static func nodes(of environment: [String: String]) -> Int {
    if let count = environment["SLURM_JOB_NUM_NODES"].flatMap({ Int($0) }), count > 0 { return count }
    if let file = environment["PBS_NODEFILE"],
      let bytes = try? RegularFile.contents(file, remedy: "", limit: 1 << 26)
    {
      return max(1, Set(String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)).count)
    }
    return 1
  }

  /// A command line as it can be typed into a shell.
  package static func shellText(_ line: [String]) -> String {
    line.map { word in
      let isPlain =
        !word.isEmpty && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./:=,+@%".contains($0)) }
      return isPlain ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }.joined(separator: " ")
  }
}
