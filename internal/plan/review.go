package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// reviewVersion is the version of the review format. A run accepts no other version, so every change of the format must
// increase it.
const reviewVersion = 3

// review is the part of a plan that a reviewer approves: the changes, without notes and without unchanged resources.
type review struct {
	Version        int          `json:"version"`
	OrganizationID string       `json:"organizationId"`
	Changes        []jsonChange `json:"changes"`
}

// Review returns the part of the plan that a reviewer approves, as JSON on one line and without secrets.
func (p *Plan) Review() ([]byte, error) { return json.Marshal(p.buildReview(nil, p.Redact)) }

// Digest returns the SHA-256 of Review in hex. Two plans with the same digest make the same changes to the same
// resources, except for secret values.
func (p *Plan) Digest() (string, error) {
	data, err := p.Review()
	if err != nil {
		return "", fmt.Errorf("plan digest: %w", err)
	}
	return DigestOf(data), nil
}

// MatchesDigest reports whether p makes exactly the changes of the reviewed plan with this digest. A plan with redacted
// text matches no digest, because its own digest doesn't depend on the redacted text.
func (p *Plan) MatchesDigest(digest string) (bool, error) {
	unredacted, err := json.Marshal(p.buildReview(nil, nil))
	if err != nil {
		return false, err
	}
	redactedDigest, err := p.Digest()
	return digest == redactedDigest && digest == DigestOf(unredacted), err
}

// DigestOf returns the digest of the result of Review.
func DigestOf(review []byte) string {
	sum := sha256.Sum256(review)
	return hex.EncodeToString(sum[:])
}

// buildReview returns the review of the plan, redacted with redact. For each resource in created, which maps ids to
// addresses, it uses the address instead of the id.
func (p *Plan) buildReview(created map[string]string, redact func(string) string) review {
	e := encoder{redactor: newRedactor(redact), isReview: true, created: created}
	r := review{Version: reviewVersion, OrganizationID: p.OrganizationID, Changes: []jsonChange{}}
	for _, c := range p.Changes {
		if c.IsActive() {
			r.Changes = append(r.Changes, e.encodeChange(c))
		}
	}
	return r
}
