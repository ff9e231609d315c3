//! Listening sockets: those that whoever started the process handed over (systemd's socket activation, `LISTEN_FDS`), and
//! else newly bound ones. A socket that is handed over cannot be lost to an outgoing connection which happens to take its port.

use std::io;
use std::net::SocketAddr;
use std::sync::{LazyLock, Mutex, PoisonError};

use listenfd::ListenFd;
use tokio::net::TcpListener;

/// Handed over and not yet taken.
static HANDED: LazyLock<Mutex<Vec<std::net::TcpListener>>> = LazyLock::new(|| Mutex::new(handed()));

/// The socket that was handed over for `address`, else a new one.
pub async fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let handed = take(&mut HANDED.lock().unwrap_or_else(PoisonError::into_inner), address);
    match handed {
        Some(socket) => {
            socket.set_nonblocking(true)?;
            TcpListener::from_std(socket)
        }
        None => TcpListener::bind(address).await,
    }
}

fn handed() -> Vec<std::net::TcpListener> {
    let mut sockets = ListenFd::from_env();
    // What is no TCP socket is nobody's here.
    (0..sockets.len()).filter_map(|place| sockets.take_tcp_listener(place).ok().flatten()).collect()
}

fn take(sockets: &mut Vec<std::net::TcpListener>, address: SocketAddr) -> Option<std::net::TcpListener> {
    let place = sockets.iter().position(|socket| socket.local_addr().is_ok_and(|bound| bound == address))?;
    Some(sockets.swap_remove(place))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::take;

    #[test]
    fn a_socket_is_taken_by_its_address_and_only_once() {
        let (one, two) = (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
        let (first, second) = (one.local_addr().unwrap(), two.local_addr().unwrap());
        let mut sockets = vec![one, two];
        assert_eq!(take(&mut sockets, second).unwrap().local_addr().unwrap(), second);
        assert!(take(&mut sockets, second).is_none());
        assert_eq!(take(&mut sockets, first).unwrap().local_addr().unwrap(), first);
    }
}
