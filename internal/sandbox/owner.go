//go:build unix

package sandbox

import (
	"os"
	"syscall"
)

// owners is whom files in a folder belong to; nil is whoever runs this.
type owners struct{ uid, gid int }

// owner tells whose a folder is. Only root can give files away.
func owner(dir string) *owners {
	info, err := os.Stat(dir)
	if err != nil || os.Geteuid() != 0 {
		return nil
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	return &owners{int(stat.Uid), int(stat.Gid)}
}

func (o *owners) give(root *os.Root, name string) error {
	if o == nil {
		return nil
	}
	return root.Chown(name, o.uid, o.gid)
}
