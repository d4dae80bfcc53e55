package import Advice
internal import Datasets

/// What a person says besides the data when losses are to be advised.
package struct AdviceRequest: Sendable, Equatable {
  /// What the target is; nil: told from its values.
  package var task: TaskChoice?
  /// What is to be predicted; nil: what goes with the target.
  package var wanted: Functional?
  package var classCosts: ClassCosts?
  package var quantileCosts: QuantileCosts?

  package init(
    task: TaskChoice? = nil, wanted: Functional? = nil, classCosts: ClassCosts? = nil,
    quantileCosts: QuantileCosts? = nil
  ) {
    (self.task, self.wanted) = (task, wanted)
    (self.classCosts, self.quantileCosts) = (classCosts, quantileCosts)
  }

  /// How targets are read.
  ///
  /// - Parameter stated: as the config's loss reads them; nil: no person has chosen it.
  func demand(_ stated: TargetDemand?) -> TargetDemand {
    switch task {
    case .classification?: return .preferably(.classes)
    case .regression?, .counts?, .amounts?, .shares?, .labels?, .distribution?: return .preferably(.values)
    case nil: break
    }
    switch stated {
    case .kind(let kind)?, .preferably(let kind)?: return .preferably(kind)
    case .byColumns?: return .preferably(.classes)
    case nil: return .preferably(.values)
    }
  }
}
