package simulator

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// The functions in this file serve API tokens and agent tokens.

var tokenDefaults = object{"name": "token", "description": "", "kind": "STANDARD"}

// hiddenTokenMembers contains the value of a token. The API returns the value only once, see tokenWithValue.
var hiddenTokenMembers = []string{"organizationId", "deploymentId", "token"}

// tokenWithValue returns the response to a create or a rotation, which includes the value.
func tokenWithValue(o *resource, view object) object {
	view["token"] = o.getString("token")
	return view
}

// renewTokenValue sets a new, unique value of a token.
func (s *Server) renewTokenValue(state object) {
	s.serial++
	sum := sha256.Sum256(fmt.Appendf(nil, "token value %d", s.serial))
	state["token"] = "astro-token-" + hex.EncodeToString(sum[:20])
	state["shortToken"] = shortHash(getString(state, "token"))
}

// startToken starts the validity period; a token without a period never expires.
func startToken(state object, start string) {
	state["startAt"] = start
	startTime, err := time.Parse(time.RFC3339, start)
	if days := getNumber(state, "expiryPeriodInDays"); err == nil && days > 0 {
		state["endAt"] = startTime.AddDate(0, 0, int(days)).UTC().Format(timeFormat)
	}
}

// fillToken sets the defaults of a token.
func (s *Server) fillToken(state object) {
	if days, requested := state["tokenExpiryPeriodInDays"]; requested {
		state["expiryPeriodInDays"] = days
		delete(state, "tokenExpiryPeriodInDays")
	}
	if getString(state, "token") == "" {
		short, seeded := state["shortToken"]
		s.renewTokenValue(state)
		if seeded {
			state["shortToken"] = short
		}
	}
	setMissing(state, object{"shortToken": shortHash(getString(state, "token"))})
	state["startAt"] = cmp.Or(getString(state, "startAt"), getString(state, "createdAt"))
	if getString(state, "endAt") == "" {
		startToken(state, getString(state, "startAt"))
	}
}
