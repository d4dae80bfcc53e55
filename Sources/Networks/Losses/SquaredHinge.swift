package import Specs

/// Squared hinge loss: ``Hinge`` with each shortfall squared, `max(0, margin − s z)²` (Lee & Lin 2013).
///
/// As hinge, but smooth at the margin and harder on samples far on the wrong side.
package struct SquaredHinge: LossSpec {
  package static let kind = "squared_hinge"
  package static let summary = "decisions with a margin, shortfalls squared"
  package static let examples = ["{}", #"{"variant": "weston_watkins", "margin": 0.5}"#]
  package var targets: LossTargets { .classesOrValues }
  package var targetLimit: String? { HingeForm.targetLimit }
  var form: HingeForm

  package init(from fields: FieldReader) throws(ConfigError) { form = try HingeForm(from: fields, isSquared: true) }

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    try form.makeLoss(context, kind: Self.kind)
  }
}
