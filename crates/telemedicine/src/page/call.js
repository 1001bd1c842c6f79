// A video call between two people. The server tells who is there and passes on what the two browsers need to find each
// other (WebRTC); pictures and sound go between the browsers. The doctor's browser offers, the patient's answers.
'use strict';

(() => {
  const call = document.getElementById('call');
  const element = (id) => document.getElementById(id);
  const { room, role, link } = call.dataset;

  // How the server closes a socket; see its documentation. Everything else is a lost connection: we come back.
  const CLOSED = { 4401: 'refused', 4403: 'refused', 4409: 'elsewhere', 4410: 'over' };
  const AGAIN = [500, 1000, 2000, 4000, 8000];

  let socket = null;
  let servers = [];
  let local = null;
  let peer = null;
  // Candidates may come before the description that they belong to.
  let early = [];
  let tries = 0;
  let done = false;

  const text = (name) => call.dataset[`say${name[0].toUpperCase()}${name.slice(1)}`] || '';

  function say(name) {
    call.dataset.state = name;
    element('status').textContent = text(name);
  }

  function send(message) {
    if (socket && socket.readyState === WebSocket.OPEN) {
      socket.send(JSON.stringify(message));
    }
  }

  function enable(on) {
    for (const id of ['sound', 'picture', 'leave']) {
      element(id).disabled = !on;
    }
    for (const id of ['text', 'send']) {
      element(id).disabled = !on || !peer;
    }
  }

  // ---- the other browser ------------------------------------------------------------------------------------------

  function hangUp() {
    if (peer) {
      peer.close();
    }
    peer = null;
    early = [];
    element('remote').srcObject = null;
    enable(!done);
  }

  function meet() {
    hangUp();
    const own = new RTCPeerConnection({ iceServers: servers });
    peer = own;
    for (const track of local ? local.getTracks() : []) {
      own.addTrack(track, local);
    }
    if (!local && role === 'doctor') {
      own.addTransceiver('audio', { direction: 'recvonly' });
      own.addTransceiver('video', { direction: 'recvonly' });
    }
    own.onicecandidate = (event) => send({ event: 'candidate', candidate: event.candidate });
    own.ontrack = (event) => {
      element('remote').srcObject = event.streams[0] || new MediaStream([event.track]);
    };
    own.onconnectionstatechange = () => {
      if (own !== peer) {
        return;
      }
      if (own.connectionState === 'connected') {
        say('talking');
      } else if (own.connectionState === 'failed' && role === 'doctor') {
        say('connecting');
        offer(own, { iceRestart: true });
      }
    };
    enable(true);
    say('connecting');
    return own;
  }

  async function offer(own, options) {
    await own.setLocalDescription(await own.createOffer(options));
    send({ event: 'offer', sdp: own.localDescription.sdp });
  }

  async function describe(own, type, sdp) {
    await own.setRemoteDescription({ type, sdp });
    for (const candidate of early.splice(0)) {
      await own.addIceCandidate(candidate);
    }
  }

  async function hear(message) {
    switch (message.event) {
      case 'welcome':
        servers = message.ice_servers;
        tries = 0;
        say(role === 'patient' ? 'waiting' : 'alone');
        break;
      case 'joined': {
        const own = meet();
        if (role === 'doctor') {
          await offer(own);
        }
        break;
      }
      case 'left':
        hangUp();
        say(role === 'patient' ? 'waiting' : 'left');
        break;
      case 'offer':
        if (peer && role === 'patient') {
          const own = peer;
          await describe(own, 'offer', message.sdp);
          await own.setLocalDescription(await own.createAnswer());
          send({ event: 'answer', sdp: own.localDescription.sdp });
        }
        break;
      case 'answer':
        if (peer && role === 'doctor') {
          await describe(peer, 'answer', message.sdp);
        }
        break;
      case 'candidate':
        if (peer && message.candidate) {
          if (peer.remoteDescription) {
            await peer.addIceCandidate(message.candidate);
          } else {
            early.push(message.candidate);
          }
        }
        break;
      case 'chat':
        write('other', message.text);
        break;
      case 'moved': {
        const when = new Date(message.scheduled_start).toLocaleString(document.documentElement.lang);
        say('moved');
        element('status').textContent += ` ${when}`;
        break;
      }
      case 'refused':
        if (message.reason === 'length') {
          say('long');
        }
        break;
      default:
        // What a later server may say.
    }
  }

  // ---- the server -------------------------------------------------------------------------------------------------

  function connect() {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const address = `${scheme}://${location.host}/ws/telemedicine/${room}/`;
    const own = new WebSocket(address, ['chelal', `letter-${link}`]);
    socket = own;
    let opened = false;
    // One after the other: a candidate must not overtake the description before it.
    let order = Promise.resolve();
    own.onopen = () => {
      opened = true;
    };
    own.onmessage = (event) => {
      order = order
        .then(() => (own === socket ? hear(JSON.parse(event.data)) : undefined))
        .catch((error) => console.warn(error));
    };
    own.onclose = (event) => {
      if (own !== socket || done) {
        return;
      }
      const why = CLOSED[event.code];
      // The page may be older than its link.
      if (why || (!opened && tries >= AGAIN.length)) {
        finish(why || 'refused');
        return;
      }
      hangUp();
      say('lost');
      setTimeout(connect, AGAIN[Math.min(tries, AGAIN.length - 1)]);
      tries += 1;
    };
  }

  function finish(why) {
    done = true;
    hangUp();
    for (const track of local ? local.getTracks() : []) {
      track.stop();
    }
    element('local').srcObject = null;
    if (socket) {
      socket.close();
    }
    enable(false);
    say(why);
  }

  // ---- the person -------------------------------------------------------------------------------------------------

  function write(who, words) {
    const item = document.createElement('li');
    const name = document.createElement('b');
    name.textContent = text(who);
    item.append(name, ` ${words}`);
    element('chat').append(item);
    item.scrollIntoView({ block: 'nearest' });
  }

  function chat() {
    const words = element('text').value.trim();
    if (words && peer) {
      send({ event: 'chat', text: words });
      write('you', words);
      element('text').value = '';
    }
  }

  function toggle(id, kind) {
    element(id).onclick = () => {
      const on = element(id).getAttribute('aria-pressed') !== 'true';
      element(id).setAttribute('aria-pressed', String(on));
      for (const track of local ? local.getTracks() : []) {
        if (track.kind === kind) {
          track.enabled = on;
        }
      }
    };
  }

  // Camera and microphone; whoever has no camera is heard, and whoever has neither still sees, hears and writes.
  async function devices() {
    for (const wanted of [{ audio: true, video: true }, { audio: true }]) {
      try {
        return await navigator.mediaDevices.getUserMedia(wanted);
      } catch (error) {
        console.warn(error);
      }
    }
    return null;
  }

  element('join').onclick = async () => {
    element('join').disabled = true;
    local = await devices();
    element('local').srcObject = local;
    enable(true);
    if (!local) {
      write('you', text('nocamera'));
    }
    connect();
  };
  element('leave').onclick = () => finish('hungup');
  element('send').onclick = chat;
  element('text').onkeydown = (event) => {
    if (event.key === 'Enter') {
      chat();
    }
  };
  // Not before somebody listens to it.
  element('join').disabled = false;
  element('join').focus();
  toggle('sound', 'audio');
  toggle('picture', 'video');

  // For whoever looks into how a call fares: what the browser counts of it.
  window.callStatistics = async () => (peer ? [...(await peer.getStats()).values()] : []);
})();
