internal import ArgumentParser
internal import Specs
internal import Training

/// What `train` takes beside the common options, and `launch` passes on to it.
struct TrainOptions: ParsableArguments {
  @Flag(help: "No progress bar, plain lines instead.")
  var noProgress = false

  @Option(
    help:
      "auto: go on where a run of the same config stopped (the default); never: start anew; or the path of a checkpoint or model to take weights from, with --force."
  )
  var resume = "auto"

  @Flag(
    help:
      "Go on from a checkpoint of a build with another arithmetic; with --resume PATH: start a new run from these weights."
  )
  var force = false

  var mode: ResumeMode {
    switch resume {
    case "auto": .auto
    case "never": .never
    default: .weights(resume)
    }
  }

  func validate() throws {
    if case .weights(let path) = mode, !force {
      throw ValidationError("--resume \(path) takes weights from elsewhere into a new run; confirm with --force")
    }
  }
}
