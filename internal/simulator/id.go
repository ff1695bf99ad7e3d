package simulator

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
)

// newCUID makes an id in the API's format, c and 24 of a-z0-9. The same things done in the same order get the same ids:
// that keeps the reports of simulated runs comparable.
func newCUID(kind string, serial int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", kind, serial))
	digits := new(big.Int).SetBytes(sum[:]).Text(36)
	return "c" + strings.Repeat("0", max(0, 24-len(digits))) + digits[:min(24, len(digits))]
}

// newRequestID makes a UUID of version 4.
func (s *Server) newRequestID() string {
	s.serial++
	sum := sha256.Sum256(fmt.Appendf(nil, "request %d", s.serial))
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// shortHash is a short text that stays the same for an id: host names and namespaces are made of it.
func shortHash(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:4])
}
