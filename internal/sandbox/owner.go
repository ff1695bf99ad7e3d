//go:build unix

package sandbox

import (
	"os"
	"syscall"
)

// ownership is whom files in a folder belong to; nil is whoever runs this.
type ownership struct{ uid, gid int }

// folderOwner tells whose a folder is. Only root can give files away.
func folderOwner(dir string) *ownership {
	info, err := os.Stat(dir)
	if err != nil || os.Geteuid() != 0 {
		return nil
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	return &ownership{int(stat.Uid), int(stat.Gid)}
}

func (o *ownership) chownFile(root *os.Root, name string) error {
	if o == nil {
		return nil
	}
	return root.Chown(name, o.uid, o.gid)
}
