package simulator

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
)

// newCUID returns an ID in the API's format: c and 24 characters of a-z0-9. Equal sequences of calls return equal
// IDs, so that the reports of simulated runs are comparable.
func newCUID(kind string, serial int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", kind, serial))
	digits := new(big.Int).SetBytes(sum[:]).Text(36)
	return "c" + strings.Repeat("0", max(0, 24-len(digits))) + digits[:min(24, len(digits))]
}

// newRequestID returns a UUID version 4.
func (s *Server) newRequestID() string {
	s.serial++
	sum := sha256.Sum256(fmt.Appendf(nil, "request %d", s.serial))
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// shortHash returns a short text that is constant for an ID. Host names and namespaces contain it.
func shortHash(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:4])
}
