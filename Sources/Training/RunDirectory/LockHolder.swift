internal import Foundation
internal import Glibc
internal import Platform
internal import Specs

/// The process that holds a lock, as the lock's file tells others.
struct LockHolder: Sendable, Equatable {
  /// Differs for every taking of a lock.
  var token: String
  var host: String
  var process: Int32
  /// When the process started, as its kernel counts.
  var started: String
  /// The kernel's boot and the space of process numbers: where `process` means something.
  var machine: String
  /// The batch job, its system in front; nil: none.
  var job: String?
  /// How often the job was put back into the queue.
  var restart = 0
  /// The `ptrain launch` that started it; nil: none.
  var launch: String?
  /// Whether the kernel keeps the lock; else the beat of its file does.
  var isKept = false

  /// This process, with what its environment tells of its job and its `launch`.
  static func this(_ environment: ProcessEnvironment) -> LockHolder {
    var random = SystemRandomNumberGenerator(), name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    var holder = LockHolder(
      token: String(random.next(), radix: 36),
      host: String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self),
      process: getpid(), started: startTime(of: getpid()) ?? "", machine: thisMachine)
    (holder.job, holder.restart) = job(environment)
    holder.launch = environment[LaunchName.variable]
    return holder
  }

  /// The batch job of an environment, and its restarts where the system counts them.
  static func job(_ environment: ProcessEnvironment) -> (name: String?, restart: Int) {
    func number(_ key: String) -> Int { environment.number(key) ?? 0 }
    if let job = environment["SLURM_JOB_ID"] { return ("Slurm \(job)", number("SLURM_RESTART_COUNT")) }
    if let job = environment["PBS_JOBID"] { return ("PBS \(job)", 0) }
    if let job = environment["LSB_JOBID"] {
      let index = environment["LSB_JOBINDEX"].map { "[\($0)]" } ?? ""
      return ("LSF \(job)\(index)", environment["LSB_RESTART"] == "Y" ? 1 : 0)
    }
    if let job = environment["FLUX_JOB_ID"] { return ("Flux \(job)", 0) }
    if environment["SGE_ROOT"] != nil, let job = environment["JOB_ID"] {
      return ("Grid Engine \(job).\(environment["SGE_TASK_ID"] ?? "")", number("RESTARTED"))
    }
    return (nil, 0)
  }

  /// As in "… holds it".
  var words: String { "process \(process) on \(host)" + (job.map { " (\($0))" } ?? "") }

  // MARK: The process

  enum ProcessState: Equatable { case alive, stopped, dead, unknown }

  /// What has become of the process, where it can be seen from here.
  var state: ProcessState {
    guard machine == Self.thisMachine, !started.isEmpty else { return .unknown }
    guard let fields = Self.fields(of: process), fields.count > 19, fields[19] == started else { return .dead }
    switch fields[0] {
    case "T", "t": return .stopped
    case "Z", "X", "x": return .dead
    default: return .alive
    }
  }

  private static let thisMachine: String = {
    let boot = (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)) ?? ""
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = readlink("/proc/self/ns/pid", &bytes, bytes.count)
    return boot.trimmingCharacters(in: .whitespacesAndNewlines) + " "
      + String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }()

  private static func startTime(of process: Int32) -> String? {
    fields(of: process).flatMap { $0.count > 19 ? $0[19] : nil }
  }

  /// `/proc/PID/stat` from its third field on, the state. The name before it, in parentheses, may hold anything.
  private static func fields(of process: Int32) -> [String]? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return nil }
    return text[text.index(after: end)...].split(separator: " ").map(String.init)
  }

  // MARK: The file

  var value: ConfigValue {
    var members: [ConfigValue.Member] = [
      .init("token", .string(token)), .init("host", .string(host)), .init("process", .integer(Int(process))),
      .init("started", .string(started)), .init("machine", .string(machine)), .init("restart", .integer(restart)),
      .init("kept_by_kernel", .boolean(isKept)),
    ]
    if let job { members.append(.init("job", .string(job))) }
    if let launch { members.append(.init("launch", .string(launch))) }
    return .object(members)
  }

  /// - Returns: nil where the bytes are not those of a lock.
  init?(_ bytes: [UInt8]) {
    guard let value = try? ConfigValue.parse(Data(bytes), file: ".lock"), case .string(let token)? = value["token"],
      case .string(let host)? = value["host"], case .integer(let process)? = value["process"],
      case .string(let started)? = value["started"], case .string(let machine)? = value["machine"],
      case .integer(let restart)? = value["restart"], case .boolean(let isKept)? = value["kept_by_kernel"],
      let number = Int32(exactly: process), number > 0
    else { return nil }
    self.init(token: token, host: host.excerpt(80), process: number, started: started, machine: machine)
    (self.restart, self.isKept) = (restart, isKept)
    if case .string(let job)? = value["job"] { self.job = job.excerpt(80) }
    if case .string(let launch)? = value["launch"] { self.launch = launch }
  }

  init(token: String, host: String, process: Int32, started: String, machine: String) {
    (self.token, self.host, self.process) = (token, host, process)
    (self.started, self.machine) = (started, machine)
  }

  /// Whether this process may take a lock over at once, because the same batch job or `launch` held it.
  ///
  /// A job that is put back into the queue, or whose steps go on elsewhere, has left its old process behind; two
  /// processes of one job on one host are two writers.
  func succeeds(_ old: LockHolder) -> Bool {
    if let launch, launch == old.launch { return true }
    guard let job, job == old.job else { return false }
    if restart > old.restart || host != old.host { return true }
    let state = old.state
    return state == .stopped || state == .dead
  }
}

/// By what the ranks know which `ptrain launch` has started them: it may take over the locks of its own earlier starts.
package enum LaunchName {
  /// The environment variable. mpirun hands variables that are called so to all hosts.
  package static let variable = "OMPI_MCA_ptrain_launch"

  /// The name of this process.
  package static var this: String {
    let holder = LockHolder.this([:])
    return "\(holder.host):\(holder.process):\(holder.started)"
  }
}
