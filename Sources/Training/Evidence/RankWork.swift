/// What a rank does in a step and between steps.
package enum RankWork: Int, CaseIterable, Sendable {
  case compute
  case exchange
  case update
  case evaluate
}
