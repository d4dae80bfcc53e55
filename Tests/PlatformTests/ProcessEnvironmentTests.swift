import Foundation
import Platform
import Testing

@Suite struct ProcessEnvironmentTests {
  @Test("what a process was started with is what its variables say")
  func read() {
    let environment = ProcessEnvironment.ofThisProcess()
    #expect(environment.variables == ProcessInfo.processInfo.environment)
    #expect(environment["PATH"] == ProcessInfo.processInfo.environment["PATH"] && environment["PATH"] != nil)
  }

  @Test("a variable that is not set, is empty, or is no whole number has no number")
  func numbers() {
    let environment: ProcessEnvironment = ["A": "12", "B": "", "C": "1.5", "D": " 3", "E": "-4"]
    #expect(environment.number("A") == 12 && environment.number("E") == -4)
    for name in ["B", "C", "D", "F"] { #expect(environment.number(name) == nil, "\(name)") }
    #expect(environment["B"] == "" && environment["F"] == nil)
  }

  @Test("a rank of mpirun is one by its count of ranks, whatever that says")
  func ranks() {
    #expect(!ProcessEnvironment([:]).isUnderMPIRun && !ProcessEnvironment(["SLURM_NTASKS": "2"]).isUnderMPIRun)
    #expect(ProcessEnvironment(["OMPI_COMM_WORLD_SIZE": "1"]).isUnderMPIRun)
  }
}
